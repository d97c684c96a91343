import {
  to = aws_iam_policy.read
  id = "arn:aws:iam::${local.account}:policy/data/read"
}
import {
  to = aws_iam_policy.written
  id = "arn:aws:iam::${local.account}:policy/written"
}
import {
  to = aws_iam_user.user[0]
  id = "user-0"
}
import {
  to = aws_iam_group.group
  id = "group"
}
import {
  to = aws_iam_role.role
  id = "role"
}
import {
  to = aws_iam_role_policy_attachment.written
  id = "role/arn:aws:iam::${local.account}:policy/written"
}
