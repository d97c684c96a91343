variable "certificate" {
  type = string
}

variable "private_key" {
  type      = string
  sensitive = true
}

variable "ssh_key" {
  type = string
}

resource "aws_iam_account_password_policy" "here" {
  minimum_password_length        = var.changed ? 20 : 12
  require_lowercase_characters   = true
  require_uppercase_characters   = var.changed
  require_numbers                = true
  require_symbols                = var.changed
  allow_users_to_change_password = true
  max_password_age               = var.changed ? 90 : null
  password_reuse_prevention      = var.changed ? 5 : null
  hard_expiry                    = var.changed
}

resource "aws_iam_user" "alice" {
  name          = "alice"
  force_destroy = true
}

resource "aws_iam_user_login_profile" "alice" {
  user                    = aws_iam_user.alice.name
  password_length         = 24
  password_reset_required = true
  depends_on              = [aws_iam_account_password_policy.here]
}

resource "aws_iam_user_ssh_key" "alice" {
  username   = aws_iam_user.alice.name
  encoding   = "SSH"
  public_key = var.ssh_key
  status     = var.changed ? "Inactive" : "Active"
}

resource "aws_iam_signing_certificate" "alice" {
  user_name        = aws_iam_user.alice.name
  certificate_body = var.certificate
  status           = var.changed ? "Inactive" : "Active"
}

resource "aws_iam_service_specific_credential" "alice" {
  service_name = "codecommit.amazonaws.com"
  user_name    = aws_iam_user.alice.name
  status       = var.changed ? "Inactive" : "Active"
}

resource "aws_iam_virtual_mfa_device" "alice" {
  virtual_mfa_device_name = "alice"
  path                    = "/phones/"
  tags                    = var.changed ? { phone = "new" } : { phone = "old", model = "x" }
}

resource "aws_iam_server_certificate" "site" {
  name             = "site"
  certificate_body = var.certificate
  private_key      = var.private_key
  tags             = var.changed ? { site = "new" } : { site = "old" }
}

resource "aws_iam_server_certificate" "moved" {
  name             = var.changed ? "moved" : "first"
  path             = var.changed ? "/cloudfront/sites/" : "/"
  certificate_body = var.certificate
  private_key      = var.private_key
}

data "aws_iam_server_certificate" "site" {
  name       = aws_iam_server_certificate.site.name
  depends_on = [aws_iam_server_certificate.site]

  lifecycle {
    postcondition {
      condition     = self.arn == aws_iam_server_certificate.site.arn && trimspace(self.certificate_body) == trimspace(var.certificate)
      error_message = "the server certificate is read differently"
    }
  }
}

data "aws_iam_user_ssh_key" "alice" {
  username          = aws_iam_user.alice.name
  encoding          = "SSH"
  ssh_public_key_id = aws_iam_user_ssh_key.alice.ssh_public_key_id

  lifecycle {
    postcondition {
      condition     = self.fingerprint == aws_iam_user_ssh_key.alice.fingerprint
      error_message = "the key is read differently"
    }
  }
}

output "ssh_key" {
  value = aws_iam_user_ssh_key.alice.ssh_public_key_id
}

output "signing_certificate" {
  value = aws_iam_signing_certificate.alice.certificate_id
}

output "credential" {
  value = aws_iam_service_specific_credential.alice.service_specific_credential_id
}
