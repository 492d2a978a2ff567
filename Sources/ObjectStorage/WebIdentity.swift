/// Credentials for a token that somebody else vouches for, as pods of Kubernetes have it: one call of STS, not signed.
struct WebIdentity {
  private let tokenFile: String
  private let role: String
  private let session: String
  private let service: SecurityTokenService

  /// - Returns: `nil` if it is not set up.
  init?(_ environment: StorageEnvironment, profile: Profile, region: String?) {
    if let file = environment.first("AWS_WEB_IDENTITY_TOKEN_FILE"), let role = environment.first("AWS_ROLE_ARN") {
      (tokenFile, self.role) = (file, role)
      session = environment.first("AWS_ROLE_SESSION_NAME") ?? "asset-catalog"
    } else if let file = profile["web_identity_token_file"], let role = profile["role_arn"] {
      (tokenFile, self.role) = (file, role)
      session = profile["role_session_name"] ?? "asset-catalog"
    } else {
      return nil
    }
    service = SecurityTokenService(environment, region: region)
  }

  func load(_ http: CredentialHTTP) throws(ObjectError) -> Credentials {
    let token: String
    do {
      guard let bytes = try SmallFile.read(tokenFile) else {
        throw ObjectError(
          .noCredentials, "The token file \(tokenFile) is missing: correct AWS_WEB_IDENTITY_TOKEN_FILE.")
      }
      token = String(decoding: bytes, as: UTF8.self)
    } catch let error as ObjectError {
      throw error
    } catch {
      throw ObjectError(.noCredentials, "The token file \(tokenFile) cannot be read: correct its rights.")
    }
    let form: [(String, String)] = [
      ("Action", "AssumeRoleWithWebIdentity"), ("RoleArn", role), ("RoleSessionName", session),
      ("WebIdentityToken", token.trimmed),
    ]
    return try service.credentials(form, for: role, signedBy: nil, "with the token in \(tokenFile)", http)
  }
}

extension String {
  /// Without space at both ends.
  var trimmed: String {
    var text = self[...]
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
