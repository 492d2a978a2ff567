import CatalogTestSupport
import LinuxSystem
import Synchronization

@testable import ObjectStorage

/// An environment that a test chooses: variables, a clock, and waits that are noted instead of waited.
final class TestWorld: Sendable {
  private let variables: [String: String]
  let clock = Mutex<Int64>(1_700_000_000_000_000_000)
  let waits = Mutex<[Int64]>([])
  private let interrupted = Mutex(false)
  /// What `random` gives.
  let chance: Double

  init(_ variables: [String: String] = [:], chance: Double = 0.5) {
    self.variables = variables
    self.chance = chance
  }

  var environment: StorageEnvironment {
    StorageEnvironment(
      variable: { [variables] in variables[$0] },
      now: { self.clock.withLock { $0 } },
      sleep: { nanoseconds, _ in
        self.waits.withLock { $0.append(nanoseconds) }
        self.clock.withLock { $0 += nanoseconds }
      },
      random: { self.chance },
      isInterrupted: { self.interrupted.withLock { $0 } })
  }

  func pass(seconds: Int64) { clock.withLock { $0 += seconds * 1_000_000_000 } }
  func interrupt() { interrupted.withLock { $0 = true } }
}

extension S3Bucket {
  /// A bucket at a server of a test, asked with keys that nobody else has.
  static func local(
    _ server: LocalServer, _ root: String = "s3://bucket", world: TestWorld = TestWorld(),
    retries: RetryPolicy = RetryPolicy(attempts: 3, quota: 500), patience: Int64? = nil,
    environment: ((inout StorageEnvironment) -> Void)? = nil,
    settings change: (inout StorageSettings) -> Void = { _ in }
  ) throws -> S3Bucket {
    var options = Options()
    options.retries = retries
    options.patience = patience
    var chosen = world.environment
    environment?(&chosen)
    let location = try BucketLocation(root)
    var settings = try StorageSettings(chosen, profile: Profile(chosen), location: location)
    settings.endpoint = try Endpoint(server.url, from: "test")
    settings.usesPathStyle = true
    change(&settings)
    return try S3Bucket(
      location, options: options, environment: chosen, settings: settings,
      transport: try CurlTransport(isInterrupted: chosen.isInterrupted)
    ) { _ throws(ObjectError) in Credentials(accessKey: "AKIDTEST", secret: Self.testSecret) }
  }

  static let testSecret = "wJalrXUtnFEMI-TESTSECRET-K7MDENG"
}

extension String {
  var bytes: [UInt8] { Array(utf8) }
}
