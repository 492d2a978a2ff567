import CatalogTestSupport
import Glibc
import LinuxSystem
import Synchronization
import Testing

@testable import ObjectStorage

@Suite("Credentials")
struct CredentialTests {
  private static let document = """
    {"Version": 1, "Code": "Success", "AccessKeyId": "SOURCEKEY", "SecretAccessKey": "source\\/secret", \
    "Token": "token", "SessionToken": "session", "Expiration": "2033-05-18T03:33:20Z", "Other": [1, {"a": null}]}
    """
  private static let end: Int64 = 2_000_000_000

  private func load(_ variables: [String: String], region: String? = nil) throws -> Credentials {
    var variables = variables
    if variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] == nil { variables["AWS_EC2_METADATA_DISABLED"] = "true" }
    let environment = TestWorld(variables).environment
    return try CredentialChain(
      environment, transport: CurlTransport(), profile: Profile(environment), region: region
    ).load()
  }

  private func fault(_ variables: [String: String]) -> ObjectError? {
    do {
      _ = try load(variables)
      return nil
    } catch {
      return error as? ObjectError
    }
  }

  @Test("come from the environment first")
  func environment() throws {
    let folder = try SettingsFolder([".aws/credentials": "[default]\naws_access_key_id=F\naws_secret_access_key=S\n"])
    var variables = ["AWS_ACCESS_KEY_ID": "E", "AWS_SECRET_ACCESS_KEY": "S", "HOME": folder.path]
    #expect(try load(variables) == Credentials(accessKey: "E", secret: "S"))
    variables["AWS_SESSION_TOKEN"] = "T"
    #expect(try load(variables).token == "T")
    variables["AWS_SECRET_ACCESS_KEY"] = nil
    #expect(fault(variables)?.code == .noCredentials)
    variables["AWS_ACCESS_KEY_ID"] = ""
    #expect(try load(variables).accessKey == "F")
  }

  @Test("of a profile may be those that a command prints")
  func process() throws {
    let folder = try SettingsFolder(["doc": Self.document])
    let config = try SettingsFolder([
      "c": """
      [profile good]
      credential_process = cat "\(folder.path)/doc"
      [profile bad]
      credential_process = echo '{"SecretAccessKey": "PROCESSSECRET"}'; exit 3
      [profile noise]
      credential_process = echo PROCESSSECRET
      [profile none]
      credential_process = /nonexistent/command
      """
    ])
    func variables(_ profile: String) -> [String: String] {
      ["AWS_PROFILE": profile, "AWS_CONFIG_FILE": "\(config.path)/c"]
    }
    #expect(
      try load(variables("good"))
        == Credentials(accessKey: "SOURCEKEY", secret: "source/secret", token: "session", end: Self.end))
    #expect(fault(variables("bad"))?.message.contains("status 3") == true)
    #expect(fault(variables("none"))?.message.contains("status 127") == true)
    for profile in ["bad", "noise", "none"] {
      #expect(fault(variables(profile))?.code == .noCredentials)
      #expect(fault(variables(profile))?.message.contains("PROCESSSECRET") == false)
      #expect(fault(variables(profile))?.message.contains(profile) == true)
    }
  }

  @Test("of a command that does not end are not waited for, and what it started ends with it")
  func processTimeOut() throws {
    let folder = try SettingsFolder(["x": ""])
    let command = CredentialProcess("sleep 600 & echo $! > '\(folder.path)/pid'; wait", of: "the test")
    #expect {
      try command.load(TestWorld().environment, patience: 300_000_000)
    } throws: { "\($0)".contains("does not end") }
    let started = try #require(
      pid_t(String(decoding: SmallFile.read("\(folder.path)/pid") ?? [], as: UTF8.self).trimmed))
    // Nobody's child now, it is gone as soon as the system has seen to it.
    let isGone = (0..<1_000).contains { _ in
      usleep(10_000)
      return kill(started, 0) != 0 || Self.isZombie(started)
    }
    #expect(isGone)
  }

  private static func isZombie(_ process: pid_t) -> Bool {
    guard let bytes = try? SmallFile.read("/proc/\(process)/stat") else { return true }
    return String(decoding: bytes, as: UTF8.self).contains(") Z ")
  }

  @Test("for a token of others come from STS, unsigned")
  func webIdentity() throws {
    let answer = """
      <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">\
      <AssumeRoleWithWebIdentityResult><Audience>a</Audience><Credentials><SessionToken>a+/=</SessionToken>\
      <SecretAccessKey>s&amp;s</SecretAccessKey><Expiration>2033-05-18T03:33:20Z</Expiration>\
      <AccessKeyId>STSKEY</AccessKeyId></Credentials></AssumeRoleWithWebIdentityResult>\
      </AssumeRoleWithWebIdentityResponse>
      """
    let flaky = Flaky([.error(503, "ServiceUnavailable"), .text(200, [:], answer)])
    let server = try LocalServer { _ in flaky.next() }
    defer { server.stop() }
    let folder = try SettingsFolder(["token": "the.token\n"])
    let variables = [
      "AWS_WEB_IDENTITY_TOKEN_FILE": "\(folder.path)/token", "AWS_ROLE_ARN": "arn:aws:iam::1:role/r",
      "AWS_ENDPOINT_URL_STS": server.url,
    ]
    #expect(
      try load(variables) == Credentials(accessKey: "STSKEY", secret: "s&s", token: "a+/=", end: Self.end))
    let request = try #require(server.requests.last)
    #expect(request.method == "POST")
    #expect(request.target == "/")
    #expect(request.headers["authorization"] == nil)
    #expect(
      request.text
        == "Action=AssumeRoleWithWebIdentity&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr"
        + "&RoleSessionName=asset-catalog&Version=2011-06-15&WebIdentityToken=the.token")
  }

  @Test("for a token of others are refused in one sentence without the token")
  func webIdentityRefused() throws {
    let server = try LocalServer { _ in
      .text(400, [:], "<ErrorResponse><Error><Code>InvalidIdentityToken</Code></Error></ErrorResponse>")
    }
    defer { server.stop() }
    let folder = try SettingsFolder(["token": "SECRETTOKEN"])
    var variables = [
      "AWS_WEB_IDENTITY_TOKEN_FILE": "\(folder.path)/token", "AWS_ROLE_ARN": "arn:role", "AWS_ENDPOINT_URL": server.url,
    ]
    let error = fault(variables)
    #expect(error?.code == .unknownCaller)
    #expect(error?.message.contains("InvalidIdentityToken") == true)
    #expect(error?.message.contains("SECRETTOKEN") == false)
    variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = "\(folder.path)/nothing"
    #expect(fault(variables)?.message.contains("is missing") == true)
  }

  @Test("of a role come from STS, asked by the credentials of another profile, which may have a role too")
  func assumedRole() throws {
    let server = try LocalServer { request in
      let asker = request.headers["authorization"]?.split(separator: "=").dropFirst().first?.prefix { $0 != "/" } ?? ""
      return .text(
        200, [:],
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>\(asker)+</AccessKeyId>"
          + "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken></Credentials></AssumeRoleResult>"
          + "</AssumeRoleResponse>")
    }
    defer { server.stop() }
    let folder = try SettingsFolder([
      ".aws/config": """
      [profile one]
      role_arn = arn:one
      source_profile = two
      external_id = x y
      [profile two]
      role_arn = arn:two
      source_profile = base
      [profile itself]
      role_arn = arn:itself
      source_profile = itself
      aws_access_key_id = ITSELF
      aws_secret_access_key = S
      [profile place]
      role_arn = arn:place
      credential_source = Environment
      [profile circle]
      role_arn = a
      source_profile = circle2
      [profile circle2]
      role_arn = a
      source_profile = circle
      [profile nobody]
      role_arn = a
      source_profile = missing
      [profile device]
      role_arn = a
      source_profile = base
      mfa_serial = m
      """,
      ".aws/credentials": "[base]\naws_access_key_id = BASE\naws_secret_access_key = S\n",
    ])
    func variables(_ profile: String) -> [String: String] {
      ["HOME": folder.path, "AWS_PROFILE": profile, "AWS_ENDPOINT_URL_STS": server.url]
    }
    #expect(try load(variables("one")).accessKey == "BASE++")
    #expect(
      server.requests.map(\.text).first
        == "Action=AssumeRole&RoleArn=arn%3Atwo&RoleSessionName=asset-catalog&Version=2011-06-15")
    #expect(server.requests.last?.text.contains("ExternalId=x%20y") == true)
    #expect(server.requests.last?.headers["x-amz-security-token"] == "t")
    #expect(server.requests.last?.headers["authorization"]?.contains("/us-east-1/sts/aws4_request") == true)
    #expect(try load(variables("itself")).accessKey == "ITSELF+")
    for profile in ["circle", "nobody", "device", "place"] {
      #expect(fault(variables(profile))?.message.contains(profile) == true)
    }
  }

  @Test("of a container come from its agent, with the token that it gave")
  func container() throws {
    let server = try LocalServer { request in
      request.headers["authorization"] == "Basic t" && request.target == "/creds?id=1"
        ? .text(200, [:], Self.document) : .text(403, [:], "{\"code\": \"AccessDenied\"}")
    }
    defer { server.stop() }
    let folder = try SettingsFolder(["token": "Basic t\n"])
    var variables = [
      "AWS_CONTAINER_CREDENTIALS_FULL_URI": "\(server.url)/creds?id=1", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "Basic t",
    ]
    let expected = Credentials(accessKey: "SOURCEKEY", secret: "source/secret", token: "token", end: Self.end)
    #expect(try load(variables) == expected)
    variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "wrong"
    #expect(fault(variables)?.code == .noCredentials)
    variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = "\(folder.path)/token"
    #expect(try load(variables) == expected)
    variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = "\(folder.path)/nothing"
    #expect(fault(variables)?.message.contains("nothing") == true)
  }

  @Test(
    "of a container are taken over plain HTTP from this host and AWS's agents alone",
    arguments: ["http://example.com/", "http://127.0.0.1.example.com/", "http://169.254.169.254/", "ftp://127.0.0.1/"])
  func containerElsewhere(_ address: String) {
    #expect(fault(["AWS_CONTAINER_CREDENTIALS_FULL_URI": address])?.code == .misconfigured)
  }

  @Test("of an instance come from its metadata service, version 2")
  func instance() throws {
    let server = try LocalServer { request in
      switch (request.method, request.target) {
      case ("PUT", "/latest/api/token"):
        return request.headers["x-aws-ec2-metadata-token-ttl-seconds"] == "21600"
          ? .text(200, [:], "TOKEN==") : .text(400, [:], "")
      case ("GET", "/latest/meta-data/iam/security-credentials/")
      where request.headers["x-aws-ec2-metadata-token"] == "TOKEN==":
        return .text(200, [:], "my-role")
      case ("GET", "/latest/meta-data/iam/security-credentials/my-role")
      where request.headers["x-aws-ec2-metadata-token"] == "TOKEN==":
        return .text(200, [:], Self.document)
      default: return .text(401, [:], "")
      }
    }
    defer { server.stop() }
    let variables = ["AWS_EC2_METADATA_SERVICE_ENDPOINT": server.url]
    #expect(
      try load(variables)
        == Credentials(accessKey: "SOURCEKEY", secret: "source/secret", token: "token", end: Self.end))
    #expect(fault(variables.merging(["AWS_EC2_METADATA_DISABLED": "TRUE"]) { $1 })?.code == .noCredentials)
  }

  @Test(
    "of an instance are none where something else answers in its place",
    arguments: [LocalServer.Answer.text(200, [:], "<html>\n</html>"), .text(404, [:], ""), .close, .silence])
  func noInstance(_ answer: LocalServer.Answer) throws {
    let server = try LocalServer { _ in answer }
    defer { server.stop() }
    let error = fault(["AWS_EC2_METADATA_SERVICE_ENDPOINT": server.url])
    #expect(error?.code == .noCredentials)
    #expect(error?.message.contains("AWS_ACCESS_KEY_ID") == true)
  }

  @Test(
    "of a source that is set up and fails are not taken from the next one",
    arguments: ["role_arn", "sso_session", "sso_start_url"])
  func noOthers(_ key: String) throws {
    let folder = try SettingsFolder([".aws/config": "[default]\n\(key) = x\n"])
    #expect(fault(["HOME": folder.path])?.message.contains(key) == true)
  }
}

/// Gives other credentials each time, and counts how often.
private final class CountedSource: Sendable {
  private let count = Mutex(0)
  private let world: TestWorld
  /// In seconds; `nil` for ever.
  private let life: Int64?

  init(_ world: TestWorld, lasting life: Int64?) {
    self.world = world
    self.life = life
  }

  var loads: Int { count.withLock { $0 } }

  func makeCache() -> CredentialCache {
    CredentialCache(world.environment) { _ throws(ObjectError) in self.load() }
  }

  private func load() -> Credentials {
    let number = count.withLock { count in
      count += 1
      return count
    }
    return Credentials(accessKey: "K\(number)", secret: "s", end: life.map { world.environment.seconds + $0 })
  }
}

@Suite("Shared credentials")
struct CredentialCacheTests {
  @Test("are replaced five minutes before their end")
  func renewal() throws {
    let world = TestWorld()
    let source = CountedSource(world, lasting: 3_600)
    let cache = source.makeCache()
    #expect(try cache.current().accessKey == "K1")
    world.pass(seconds: 3_299)
    #expect(try cache.current().accessKey == "K1")
    world.pass(seconds: 1)
    #expect(try cache.current().accessKey == "K2")
  }

  @Test("that do not end are loaded once")
  func lasting() throws {
    let world = TestWorld()
    let source = CountedSource(world, lasting: nil)
    let cache = source.makeCache()
    for _ in 0..<3 {
      world.pass(seconds: 1_000_000)
      #expect(try cache.current().accessKey == "K1")
    }
  }

  @Test("are used to their end where no new ones are to be had, and not beyond")
  func sourceFails() throws {
    let world = TestWorld()
    let fails = Mutex(false)
    let loads = Mutex(0)
    let cache = CredentialCache(world.environment) { _ throws(ObjectError) in
      loads.withLock { $0 += 1 }
      if fails.withLock({ $0 }) { throw ObjectError(.unavailable, "no") }
      return Credentials(accessKey: "K1", secret: "s", end: world.environment.seconds + 3_600)
    }
    _ = try cache.current()
    fails.withLock { $0 = true }
    world.pass(seconds: 3_400)
    for _ in 0..<5 { #expect(try cache.current().accessKey == "K1") }
    #expect(loads.withLock { $0 } == 2)
    world.pass(seconds: 195)
    #expect(throws: ObjectError.self) { try cache.current() }
    fails.withLock { $0 = false }
    #expect(try cache.current().accessKey == "K1")
  }

  @Test("that last less than five minutes are not asked for again at once")
  func short() throws {
    let world = TestWorld()
    let source = CountedSource(world, lasting: 120)
    let cache = source.makeCache()
    for _ in 0..<4 { _ = try cache.current() }
    #expect(source.loads == 1)
  }

  @Test("are loaded once by many threads")
  func threads() throws {
    let world = TestWorld()
    let source = CountedSource(world, lasting: 3_600)
    let cache = source.makeCache()
    let threads = (0..<16).compactMap { _ in SystemThread { _ = try? cache.current() } }
    #expect(threads.count == 16)
    for thread in threads { thread.join() }
    #expect(source.loads == 1)
  }
}
