data "aws_iam_user" "alice" {
  user_name = aws_iam_user.alice.name

  lifecycle {
    postcondition {
      condition     = self.arn == aws_iam_user.alice.arn && self.user_id == aws_iam_user.alice.unique_id && self.tags == aws_iam_user.alice.tags
      error_message = "the user is read differently"
    }
  }
}

data "aws_iam_users" "people" {
  path_prefix = "/people/"
  depends_on  = [aws_iam_user.alice]

  lifecycle {
    postcondition {
      condition     = self.names == toset(var.changed ? ["alicia"] : [])
      error_message = "the users below the path are others"
    }
  }
}

data "aws_iam_group" "developers" {
  group_name = aws_iam_group_membership.developers.group

  lifecycle {
    postcondition {
      condition     = toset(self.users[*].user_name) == aws_iam_group_membership.developers.users
      error_message = "the group has other members"
    }
  }
}

data "aws_iam_access_keys" "bob" {
  user       = aws_iam_user.bob.name
  depends_on = [aws_iam_access_key.bob]

  lifecycle {
    postcondition {
      condition     = [for key in self.access_keys : key.access_key_id] == [aws_iam_access_key.bob.id]
      error_message = "the user has other keys"
    }
  }
}

data "aws_iam_account_alias" "here" {
  depends_on = [aws_iam_account_alias.here]

  lifecycle {
    postcondition {
      condition     = self.account_alias == aws_iam_account_alias.here.account_alias
      error_message = "the account has another alias"
    }
  }
}


data "aws_iam_principal_policy_simulation" "alice" {
  action_names      = ["s3:GetObject", "s3:PutObject"]
  resource_arns     = ["arn:aws:s3:::bucket/key"]
  policy_source_arn = aws_iam_user.alice.arn
  depends_on        = [aws_iam_user_policy.alice]

  context {
    key    = "aws:SourceIp"
    type   = "ip"
    values = ["10.0.0.1"]
  }

  lifecycle {
    postcondition {
      condition     = { for result in self.results : result.action_name => result.allowed } == { "s3:GetObject" = true, "s3:PutObject" = var.changed }
      error_message = "the user may do something else"
    }
  }
}
