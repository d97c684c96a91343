data "aws_iam_policy_document" "read" {
  policy_id = "reading"

  statement {
    sid       = "Read"
    actions   = var.changed ? ["s3:GetObject", "s3:ListBucket"] : ["s3:GetObject"]
    resources = ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/&{aws:username}/*"]

    condition {
      test     = "IpAddress"
      variable = "aws:SourceIp"
      values   = ["10.0.0.0/8", "2001:db8::/32"]
    }
  }

  statement {
    effect        = "Deny"
    not_actions   = ["iam:*"]
    not_resources = ["arn:aws:s3:::other/*"]
  }
}

resource "aws_iam_policy" "read" {
  name        = "read"
  path        = "/data/"
  description = "Reads the <data> & more"
  policy      = data.aws_iam_policy_document.read.json
  tags        = var.changed ? { kind = "data" } : { kind = "data", old = "yes" }
}

resource "aws_iam_policy" "versions" {
  count       = 3
  name_prefix = "versions-"
  policy      = jsonencode({ Version = "2012-10-17", Statement = [{ Sid = "V${count.index}${var.changed ? "changed" : ""}", Effect = "Allow", Action = "s3:GetObject", Resource = "*" }] })
}

# An account's own way to write it: the order of lists and one or many do not matter.
resource "aws_iam_policy" "written" {
  name   = "written"
  policy = <<-JSON
    {"Version":"2012-10-17","Id":"été",
     "Statement":[{"Action":["s3:PutObject","s3:GetObject","s3:PutObject"],"Resource":["*"],"Effect":"Allow",
       "Condition":{"Bool":{"aws:SecureTransport":${var.changed ? "\"false\"" : "true"}},"NumericLessThan":{"aws:MultiFactorAuthAge":3600}}}]}
  JSON
}

resource "aws_iam_user" "user" {
  count = 2
  name  = "user-${count.index}"
}

resource "aws_iam_group" "group" {
  name = "group"
}

resource "aws_iam_role" "role" {
  name               = "role"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }] })
}

resource "aws_iam_policy_attachment" "everywhere" {
  name       = "everywhere"
  policy_arn = aws_iam_policy.read.arn
  users      = var.changed ? [aws_iam_user.user[1].name] : aws_iam_user.user[*].name
  groups     = var.changed ? [] : [aws_iam_group.group.name]
  roles      = [aws_iam_role.role.name]
}

resource "aws_iam_role_policy_attachment" "written" {
  role       = aws_iam_role.role.name
  policy_arn = aws_iam_policy.written.arn
}

