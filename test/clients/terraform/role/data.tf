data "aws_iam_role" "worker" {
  name       = aws_iam_role.worker.name
  depends_on = [aws_iam_role_policy_attachment.worker]

  lifecycle {
    postcondition {
      condition     = self.unique_id == aws_iam_role.worker.unique_id && self.max_session_duration == aws_iam_role.worker.max_session_duration && self.description == aws_iam_role.worker.description
      error_message = "the role is read differently"
    }
  }
}

data "aws_iam_roles" "jobs" {
  name_regex  = "^w"
  path_prefix = "/jobs/"
  depends_on  = [aws_iam_role.worker]

  lifecycle {
    postcondition {
      condition     = self.arns == toset([aws_iam_role.worker.arn])
      error_message = "the roles below the path are others"
    }
  }
}

data "aws_iam_instance_profile" "worker" {
  name = aws_iam_instance_profile.worker.name

  lifecycle {
    postcondition {
      condition     = self.role_name == aws_iam_instance_profile.worker.role && self.path == "/machines/"
      error_message = "the instance profile is read differently"
    }
  }
}

data "aws_iam_instance_profiles" "worker" {
  role_name  = aws_iam_instance_profile.worker.role
  depends_on = [aws_iam_instance_profile.worker]

  lifecycle {
    postcondition {
      condition     = self.names == toset([aws_iam_instance_profile.worker.name])
      error_message = "the role is in other instance profiles"
    }
  }
}

data "aws_iam_session_context" "worker" {
  arn        = "arn:aws:sts::${local.account}:assumed-role/worker/tuesday"
  depends_on = [aws_iam_role.worker]

  lifecycle {
    postcondition {
      condition     = self.issuer_arn == aws_iam_role.worker.arn && self.issuer_id == aws_iam_role.worker.unique_id && self.session_name == "tuesday"
      error_message = "the session has another issuer"
    }
  }
}

data "aws_iam_session_context" "me" {
  arn = data.aws_caller_identity.me.arn

  lifecycle {
    postcondition {
      condition     = self.issuer_arn == data.aws_caller_identity.me.arn
      error_message = "a user is its own issuer"
    }
  }
}
