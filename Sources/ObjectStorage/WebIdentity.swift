/// Credentials for a token that somebody else vouches for, as pods of Kubernetes have it: one call of STS, not signed.
struct WebIdentity {
  private let tokenFile: String
  private let role: String
  private let session: String
  private let endpoint: String

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
    let suffix = region?.hasPrefix("cn-") == true ? ".cn" : ""
    endpoint =
      environment.first("AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL")
      ?? region.map { "https://sts.\($0).amazonaws.com\(suffix)" } ?? "https://sts.amazonaws.com"
  }

  func load(_ http: CredentialHTTP) throws(ObjectError) -> Credentials {
    let place = "STS at \(endpoint)"
    let server = try Endpoint(endpoint, from: "AWS_ENDPOINT_URL_STS or AWS_ENDPOINT_URL")
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
      ("Version", "2011-06-15"), ("WebIdentityToken", token.trimmed),
    ]
    var request = HTTPRequest(method: .post, origin: server.origin, path: server.path + "/")
    request.headers = [("accept", "application/xml"), ("content-type", "application/x-www-form-urlencoded")]
    request.body = Array(PercentEncoding.query(form.map { ($0, Array($1.utf8)) }).utf8)
    request.limits.connect = 5_000
    request.limits.total = 20_000
    let response = try http.answer(to: request, from: place)
    guard response.status == 200 else {
      let code = ErrorDocument(response.body).map { " (\($0.code))" } ?? ""
      throw ObjectError(
        .denied,
        "\(place) gives no credentials for \(role)\(code): allow it to be assumed with the token in \(tokenFile).")
    }
    guard let credentials = Self.credentials(in: response.body) else {
      throw ObjectError(.noCredentials, "\(place) gives no credentials: its answer holds none.")
    }
    return credentials
  }

  /// What stands in the element `Credentials` of the answer.
  static func credentials(in document: [UInt8]) -> Credentials? {
    var values: [String: String] = [:]
    do {
      try document.withUnsafeBufferPointer { bytes throws(XMLScanner.Fault) in
        var scanner = XMLScanner(bytes)
        var isInside = false
        while let event = try scanner.next() {
          guard case .start(let range) = event else { continue }
          let name = String(decoding: bytes[range], as: UTF8.self)
          if isInside, ["AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"].contains(name) {
            values[name] = String(decoding: try scanner.readText(), as: UTF8.self).trimmed
          } else if name == "Credentials" {
            isInside = true
          }
        }
      }
    } catch {
      return nil
    }
    guard let accessKey = values["AccessKeyId"], let secret = values["SecretAccessKey"],
      let token = values["SessionToken"]
    else { return nil }
    return Credentials(
      accessKey: accessKey, secret: secret, token: token,
      end: values["Expiration"].flatMap { WireTime.seconds(ofDocument: Array($0.utf8)) })
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
