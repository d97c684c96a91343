import {
  to = aws_iam_user.alice
  id = "alice"
}
import {
  to = aws_iam_role.other
  id = "other"
}
import {
  to = aws_iam_role.worker
  id = "worker"
}
import {
  to = aws_iam_role_policy.worker
  id = "worker:own"
}
import {
  to = aws_iam_role_policy_attachment.worker
  id = "worker/arn:aws:iam::aws:policy/SecurityAudit"
}
import {
  to = aws_iam_role_policies_exclusive.worker
  id = "worker"
}
import {
  to = aws_iam_role_policy_attachments_exclusive.worker
  id = "worker"
}
import {
  to = aws_iam_instance_profile.worker
  id = "worker"
}
