/// Credentials from the agent beside a container, as ECS and EKS Pod Identity have it.
struct ContainerCredentials {
  private let environment: StorageEnvironment
  private let server: Endpoint
  private let path: String
  private let query: String

  /// - Returns: `nil` if it is not set up.
  init?(_ environment: StorageEnvironment) throws(ObjectError) {
    let variable: String
    let address: String
    if let relative = environment.first("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
      variable = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
      address = "http://169.254.170.2" + (relative.hasPrefix("/") ? "" : "/") + relative
    } else if let full = environment.first("AWS_CONTAINER_CREDENTIALS_FULL_URI") {
      variable = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
      address = full
    } else {
      return nil
    }
    self.environment = environment
    let parts = address.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    server = try Endpoint(String(parts.first ?? ""), from: variable)
    path = server.path.isEmpty ? "/" : server.path
    query = parts.count > 1 ? String(parts[1]) : ""
    guard server.origin.isSecure || Self.isNear(server.host) else {
      throw ObjectError(
        .misconfigured, "\(variable) names a host that is neither this one nor an agent of AWS: use https there.")
    }
  }

  /// Over plain HTTP secrets are taken from this host and from AWS's agents alone.
  private static func isNear(_ host: String) -> Bool {
    host == "localhost" || host == "[::1]" || host == "169.254.170.2" || host == "169.254.170.23"
      || host == "[fd00:ec2::23]"
      || host.hasPrefix("127.") && host.split(separator: ".").count == 4
        && host.allSatisfy { $0 == "." || $0.isASCII && $0.isNumber }
  }

  func load(_ http: CredentialHTTP) throws(ObjectError) -> Credentials {
    let place = "The container's agent at \(server.origin)"
    var request = HTTPRequest(method: .get, origin: server.origin, path: path, query: query)
    request.headers = [("accept", "application/json")]
    if let token = try authorization() { request.headers.append(("authorization", token)) }
    request.limits.connect = 2_000
    request.limits.total = 5_000
    request.usesProxy = false
    let response = try http.answer(to: request, from: place)
    guard response.status == 200 else {
      throw ObjectError(
        .noCredentials, "\(place) gives no credentials: it answers with status \(response.status). See the task's role."
      )
    }
    return try http.credentials(in: response.body, tokenName: "Token", from: place)
  }

  private func authorization() throws(ObjectError) -> String? {
    guard let file = environment.first("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") else {
      return try checked(environment.first("AWS_CONTAINER_AUTHORIZATION_TOKEN"))
    }
    do {
      if let bytes = try SmallFile.read(file) { return try checked(String(decoding: bytes, as: UTF8.self).trimmed) }
    } catch let error as ObjectError {
      throw error
    } catch {}
    throw ObjectError(
      .noCredentials, "The token file \(file) cannot be read: correct AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE.")
  }

  /// A line break would begin another header.
  private func checked(_ token: String?) throws(ObjectError) -> String? {
    guard let token, token.utf8.contains(where: { $0 < 0x20 }) else { return token }
    throw ObjectError(.misconfigured, "The container's authorization token has a line break in it: correct it.")
  }
}
