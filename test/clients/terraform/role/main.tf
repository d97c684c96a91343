data "aws_iam_policy_document" "trust" {
  statement {
    sid     = "Services"
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = var.changed ? ["lambda.amazonaws.com"] : ["lambda.amazonaws.com", "ec2.amazonaws.com"]
    }
  }
  statement {
    sid     = "People"
    actions = ["sts:AssumeRole", "sts:TagSession"]
    principals {
      type        = "AWS"
      identifiers = var.changed ? ["arn:aws:iam::${local.account}:root", aws_iam_user.alice.arn] : [local.account, aws_iam_user.alice.arn, aws_iam_role.other.arn]
    }
    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = ["a secret", "another"]
    }
  }
}

resource "aws_iam_user" "alice" {
  name = "alice"
}

resource "aws_iam_role" "other" {
  name               = "other"
  path               = "/deep/er/"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "*" } }] })
}

resource "aws_iam_role" "worker" {
  name                 = "worker"
  path                 = "/jobs/"
  description          = var.changed ? "Works at night" : "Works"
  max_session_duration = var.changed ? 43200 : 3600
  permissions_boundary = var.changed ? null : "arn:aws:iam::aws:policy/PowerUserAccess"
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  tags                 = var.changed ? { shift = "night" } : { shift = "day", "a:b/c=d+e-f@g" = "h i" }
}

resource "aws_iam_role" "inline" {
  name               = "inline"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }] })

  managed_policy_arns   = var.changed ? ["arn:aws:iam::aws:policy/ReadOnlyAccess"] : ["arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]
  force_detach_policies = true

  inline_policy {
    name   = "first"
    policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:Get*", Resource = var.changed ? "*" : "arn:aws:s3:::bucket/*" }] })
  }

  dynamic "inline_policy" {
    for_each = var.changed ? [] : ["second"]
    content {
      name   = inline_policy.value
      policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Deny", NotAction = "s3:*", Resource = "*" }] })
    }
  }
}

resource "aws_iam_role_policy" "worker" {
  name   = "own"
  role   = aws_iam_role.worker.id
  policy = var.changed ? jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = ["s3:PutObject", "s3:GetObject"], Resource = "*" }] }) : <<-JSON
    {
      "Version": "2012-10-17",
      "Statement": {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["*"],
        "Condition": {"StringLike": {"aws:PrincipalTag/team": ["$${aws:username}", "Zürich & <Köln> + 100%"]}}}
    }
  JSON
}

resource "aws_iam_role_policy_attachment" "worker" {
  role       = aws_iam_role.worker.name
  policy_arn = var.changed ? "arn:aws:iam::aws:policy/SecurityAudit" : "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"
}

resource "aws_iam_role_policies_exclusive" "worker" {
  role_name    = aws_iam_role.worker.name
  policy_names = [aws_iam_role_policy.worker.name]
}

resource "aws_iam_role_policy_attachments_exclusive" "worker" {
  role_name   = aws_iam_role.worker.name
  policy_arns = [aws_iam_role_policy_attachment.worker.policy_arn]
}

resource "aws_iam_instance_profile" "worker" {
  name = "worker"
  path = "/machines/"
  role = var.changed ? aws_iam_role.inline.name : aws_iam_role.worker.name
  tags = var.changed ? { machine = "large" } : { machine = "small", other = "" }
}

resource "aws_iam_instance_profile" "empty" {
  name_prefix = "empty-"
}
