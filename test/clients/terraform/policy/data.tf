data "aws_iam_policy" "by_arn" {
  arn = aws_iam_policy.read.arn

  lifecycle {
    postcondition {
      condition     = self.policy == aws_iam_policy.read.policy && self.policy_id == aws_iam_policy.read.policy_id && self.description == aws_iam_policy.read.description && self.tags == aws_iam_policy.read.tags
      error_message = "the policy is read differently"
    }
  }
}

data "aws_iam_policy" "by_name" {
  name        = "read"
  path_prefix = "/data/"
  depends_on  = [aws_iam_policy.read, aws_iam_policy_attachment.everywhere]

  lifecycle {
    postcondition {
      condition     = self.arn == aws_iam_policy.read.arn && self.attachment_count == (var.changed ? 2 : 4)
      error_message = "the policy is not found by its name, or attached to others"
    }
  }
}

data "aws_iam_policy" "managed" {
  name = "AmazonS3ReadOnlyAccess"

  lifecycle {
    postcondition {
      condition     = self.arn == "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
      error_message = "the AWS managed policy is another"
    }
  }
}
