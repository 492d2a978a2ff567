/// A role that a profile assumes with other credentials: `role_arn` with `source_profile` or `credential_source`.
struct AssumedRole {
  /// Whose credentials ask for the role.
  enum Source {
    case profile(Profile)
    /// `Environment`, `EcsContainer` or `Ec2InstanceMetadata`.
    case place(String)
  }

  let source: Source
  private let profile: Profile
  private let role: String

  /// - Returns: `nil` if the profile assumes none in this way.
  init?(_ profile: Profile) throws(ObjectError) {
    guard let role = profile["role_arn"] else { return nil }
    if let name = profile["source_profile"] {
      guard let other = profile.other(name) else {
        throw ObjectError(
          .misconfigured, "The profile \(profile.name) has source_profile \(name), which does not exist: correct it.")
      }
      source = .profile(other)
    } else if let place = profile["credential_source"] {
      source = .place(place)
    } else {
      return nil
    }
    guard profile["mfa_serial"] == nil else {
      throw ObjectError(
        .noCredentials,
        "The profile \(profile.name) wants a code of a device (mfa_serial), and nobody can be asked: export a session.")
    }
    self.profile = profile
    self.role = role
  }

  func load(
    with credentials: Credentials, _ service: SecurityTokenService, _ http: CredentialHTTP
  ) throws(ObjectError) -> Credentials {
    var form: [(String, String)] = [
      ("Action", "AssumeRole"), ("RoleArn", role), ("RoleSessionName", profile["role_session_name"] ?? "asset-catalog"),
    ]
    if let id = profile["external_id"] { form.append(("ExternalId", id)) }
    if let seconds = profile["duration_seconds"] { form.append(("DurationSeconds", seconds)) }
    return try service.credentials(
      form, for: role, signedBy: credentials, "as the profile \(profile.name) says", http)
  }
}
