variable "metadata" {
  type = list(string)
}

resource "aws_iam_openid_connect_provider" "builds" {
  url             = "https://token.builds.example.com/tenant"
  client_id_list  = var.changed ? ["sts.amazonaws.com", "another"] : ["sts.amazonaws.com"]
  thumbprint_list = var.changed ? ["cf23df2207d99a74fbe169e3eba035e633b65d94"] : ["6938fd4d98bab03faadb97b34396831e3780aea1", "1c58a3a8518e8759bf075b76b750d4f2df264fcd"]
  tags            = var.changed ? { of = "builds" } : { of = "builds", trial = "yes" }
}

resource "aws_iam_saml_provider" "company" {
  name                   = "company"
  saml_metadata_document = var.metadata[var.changed ? 1 : 0]
  tags                   = var.changed ? { of = "people" } : { trial = "yes" }
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [aws_iam_openid_connect_provider.builds.arn]
    }
    condition {
      test     = "StringLike"
      variable = "token.builds.example.com/tenant:sub"
      values   = var.changed ? ["repo:us/*", "repo:them/*"] : ["repo:us/*"]
    }
  }
  statement {
    actions = ["sts:AssumeRoleWithSAML"]
    principals {
      type        = "Federated"
      identifiers = [aws_iam_saml_provider.company.arn]
    }
  }
}

resource "aws_iam_role" "builds" {
  name               = "builds"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_service_linked_role" "scaling" {
  aws_service_name = "autoscaling.amazonaws.com"
  custom_suffix    = "team"
  description      = var.changed ? "Scales well" : "Scales"
  tags             = var.changed ? {} : { team = "blue" }
}

resource "aws_iam_security_token_service_preferences" "here" {
  global_endpoint_token_version = var.changed ? "v1Token" : "v2Token"
}

data "aws_iam_openid_connect_provider" "by_url" {
  url        = "https://token.builds.example.com/tenant"
  depends_on = [aws_iam_openid_connect_provider.builds]

  lifecycle {
    postcondition {
      condition     = self.arn == aws_iam_openid_connect_provider.builds.arn && toset(self.client_id_list) == toset(aws_iam_openid_connect_provider.builds.client_id_list) && toset(self.thumbprint_list) == toset(aws_iam_openid_connect_provider.builds.thumbprint_list)
      error_message = "the provider is read differently"
    }
  }
}

data "aws_iam_saml_provider" "company" {
  arn = aws_iam_saml_provider.company.arn

  lifecycle {
    postcondition {
      condition     = self.saml_metadata_document == aws_iam_saml_provider.company.saml_metadata_document && self.valid_until == aws_iam_saml_provider.company.valid_until
      error_message = "the provider is read differently"
    }
  }
}
