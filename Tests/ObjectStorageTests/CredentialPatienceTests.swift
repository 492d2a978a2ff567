import CatalogTestSupport
import Glibc
import LinuxSystem
import Synchronization
import Testing

@testable import ObjectStorage

@Suite("A way to credentials that takes its time")
struct CredentialPatienceTests {
  /// Each way that is not at hand at once. All of them would take longer than a minute here.
  enum Way: CaseIterable {
    case process, processWithoutOutput, slowProcess, webIdentity, role, roleOfProcess, container, instance

    static let profiles = """
      [profile process]
      credential_process = sleep 600
      [profile processWithoutOutput]
      credential_process = exec >&-; sleep 600
      [profile slowProcess]
      credential_process = while :; do printf ' '; sleep 0.05; done
      [profile role]
      role_arn = arn:r
      source_profile = base
      [profile roleOfProcess]
      role_arn = arn:r
      source_profile = process
      [profile base]
      aws_access_key_id = BASE
      aws_secret_access_key = S
      """

    func variables(_ url: String, _ folder: String) -> [String: String] {
      var variables = ["AWS_CONFIG_FILE": "\(folder)/config", "AWS_ENDPOINT_URL_STS": url, "AWS_ENDPOINT_URL_S3": url]
      if self != .instance { variables["AWS_EC2_METADATA_DISABLED"] = "true" }
      switch self {
      case .webIdentity:
        variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = "\(folder)/token"
        variables["AWS_ROLE_ARN"] = "arn:r"
      case .container: variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "\(url)/creds"
      case .instance: variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = url
      default: variables["AWS_PROFILE"] = "\(self)"
      }
      return variables
    }
  }

  private let folder: SettingsFolder

  init() throws {
    folder = try SettingsFolder(["config": Way.profiles, "token": "TOKEN"])
  }

  private func bucket(_ way: Way, _ server: LocalServer, patience: Int64?) throws -> S3Bucket {
    var options = S3Bucket.Options()
    options.retries = .background
    options.patience = patience
    return try S3Bucket(
      try BucketLocation("s3://bucket"), options: options,
      environment: TestWorld(way.variables(server.url, folder.path)).environment)
  }

  @Test(
    "is not waited for any longer than somebody is patient", arguments: Way.allCases,
    [LocalServer.Answer.silence, .trickle(200), .error(503, "SlowDown")])
  func patience(_ way: Way, _ answer: LocalServer.Answer) throws {
    let server = try LocalServer { _ in answer }
    defer { server.stop() }
    // Shorter than the second that the service of an instance has in any case.
    let bucket = try bucket(way, server, patience: 300_000_000)
    if case .whole = answer {
      // Here it is the pauses between the tries that take time, which this world does not wait.
      #expect(throws: ObjectError.self) { try bucket.get("k".bytes, atMost: 9) }
    } else {
      for _ in 0..<2 {
        #expect { try bucket.get("k".bytes, atMost: 9) } throws: { ($0 as? ObjectError)?.code == .unavailable }
      }
      let usesServer = ![.process, .processWithoutOutput, .slowProcess, .roleOfProcess].contains(way)
      #expect(server.requests.count == (usesServer ? 2 : 0))
    }
  }

  @Test("of which one thread has the more patience does not keep another from its own")
  func others() throws {
    let begun = Mutex(false)
    let isOver = Mutex(false)
    let cache = CredentialCache(TestWorld().environment) { deadline throws(ObjectError) in
      begun.withLock { $0 = true }
      while !deadline.isOver, !isOver.withLock({ $0 }) { usleep(1_000) }
      throw ObjectError(.unavailable, "slow")
    }
    let patient = SystemThread { _ = try? cache.current() }
    while !begun.withLock({ $0 }) { usleep(1_000) }
    // It would wait for the other for ever.
    #expect {
      try cache.current(until: RequestDeadline(in: 50_000_000))
    } throws: { ($0 as? ObjectError)?.code == .unavailable }
    isOver.withLock { $0 = true }
    patient?.join()
  }

  @Test("to new ones leaves a request with good old ones some of its time")
  func renewal() throws {
    let world = TestWorld()
    let rests = Mutex<[Int64?]>([])
    let cache = CredentialCache(world.environment) { deadline throws(ObjectError) in
      let isFirst = rests.withLock { rests in
        rests.append(deadline.rest)
        return rests.count == 1
      }
      if isFirst { return Credentials(accessKey: "K1", secret: "s", end: world.environment.seconds + 3_600) }
      while !deadline.isOver { usleep(1_000) }
      throw ObjectError(.unavailable, "slow")
    }
    _ = try cache.current()
    world.pass(seconds: 3_400)
    #expect(try cache.current(until: RequestDeadline(in: 200_000_000)).accessKey == "K1")
    #expect(rests.withLock { $0.count } == 2)
    #expect(rests.withLock { $0.first } == .some(nil))
    #expect(rests.withLock { $0.last.flatMap { $0 }.map { $0 <= 100_000_000 } } == true)
  }
}
