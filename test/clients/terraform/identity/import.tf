import {
  to = aws_iam_policy.boundary
  id = "arn:aws:iam::${local.account}:policy/boundary"
}
import {
  to = aws_iam_user.alice
  id = "alicia"
}
import {
  to = aws_iam_user_policy.alice
  id = "alicia:own"
}
import {
  to = aws_iam_group.developers
  id = "engineers"
}
import {
  to = aws_iam_group_policy.developers
  id = "engineers:assume"
}
import {
  to = aws_iam_user_group_membership.alice
  id = "alicia/readers"
}
import {
  to = aws_iam_user_policy_attachment.bob
  id = "bob@example.com/arn:aws:iam::aws:policy/IAMReadOnlyAccess"
}
import {
  to = aws_iam_group_policy_attachment.operators
  id = "operators/arn:aws:iam::aws:policy/IAMReadOnlyAccess"
}
import {
  to = aws_iam_user_policies_exclusive.alice
  id = "alicia"
}
import {
  to = aws_iam_user_policy_attachments_exclusive.bob
  id = "bob@example.com"
}
import {
  to = aws_iam_group_policies_exclusive.developers
  id = "engineers"
}
import {
  to = aws_iam_group_policy_attachments_exclusive.operators
  id = "operators"
}
import {
  to = aws_iam_account_alias.here
  id = "the-other-house"
}
