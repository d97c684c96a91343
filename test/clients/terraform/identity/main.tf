resource "aws_iam_policy" "boundary" {
  name   = "boundary"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] })
}

resource "aws_iam_user" "alice" {
  name                 = var.changed ? "alicia" : "alice"
  path                 = var.changed ? "/people/" : "/"
  permissions_boundary = var.changed ? null : aws_iam_policy.boundary.arn
  tags                 = var.changed ? { team = "red", "cost center" = "" } : { team = "blue", office = "Zürich" }
}

resource "aws_iam_user" "bob" {
  name                 = "bob@example.com"
  force_destroy        = true
  permissions_boundary = var.changed ? aws_iam_policy.boundary.arn : null
}

# Made outside of the configuration as far as the user knows: force_destroy takes it along.
resource "aws_iam_access_key" "bob" {
  user   = aws_iam_user.bob.name
  status = var.changed ? "Inactive" : "Active"
}

resource "aws_iam_user_policy" "alice" {
  name = "own"
  user = aws_iam_user.alice.name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = var.changed ? ["s3:GetObject", "s3:PutObject"] : ["s3:GetObject"], Resource = "*" }]
  })
}

resource "aws_iam_user_policy" "prefixed" {
  name_prefix = "prefixed-"
  user        = aws_iam_user.bob.name
  policy      = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Deny", Action = "s3:*", Resource = "*" }] })
}

resource "aws_iam_group" "developers" {
  name = var.changed ? "engineers" : "developers"
  path = var.changed ? "/teams/" : "/"
}

resource "aws_iam_group" "operators" {
  name = "operators"
}

resource "aws_iam_group" "readers" {
  name = "readers"
}

resource "aws_iam_group_policy" "developers" {
  name   = "assume"
  group  = aws_iam_group.developers.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Resource = var.changed ? "arn:aws:iam::*:role/dev/*" : "*" }] })
}

resource "aws_iam_group_membership" "developers" {
  name  = "developers"
  group = aws_iam_group.developers.name
  users = var.changed ? [aws_iam_user.bob.name] : [aws_iam_user.alice.name, aws_iam_user.bob.name]
}

resource "aws_iam_user_group_membership" "alice" {
  user   = aws_iam_user.alice.name
  groups = var.changed ? [aws_iam_group.readers.name] : [aws_iam_group.operators.name, aws_iam_group.readers.name]
}

resource "aws_iam_user_policy_attachment" "bob" {
  user       = aws_iam_user.bob.name
  policy_arn = var.changed ? "arn:aws:iam::aws:policy/IAMReadOnlyAccess" : "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_iam_group_policy_attachment" "operators" {
  group      = aws_iam_group.operators.name
  policy_arn = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
}

resource "aws_iam_user_policies_exclusive" "alice" {
  user_name    = aws_iam_user.alice.name
  policy_names = [aws_iam_user_policy.alice.name]
}

resource "aws_iam_user_policy_attachments_exclusive" "bob" {
  user_name   = aws_iam_user.bob.name
  policy_arns = [aws_iam_user_policy_attachment.bob.policy_arn]
}

resource "aws_iam_group_policies_exclusive" "developers" {
  group_name   = aws_iam_group.developers.name
  policy_names = [aws_iam_group_policy.developers.name]
}

resource "aws_iam_group_policy_attachments_exclusive" "operators" {
  group_name  = aws_iam_group.operators.name
  policy_arns = [aws_iam_group_policy_attachment.operators.policy_arn]
}

resource "aws_iam_account_alias" "here" {
  account_alias = var.changed ? "the-other-house" : "the-house"
}
