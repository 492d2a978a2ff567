internal import Glibc
internal import LinuxSystem
package import ObjectStorage
internal import Synchronization

/// A bucket of the store that `Scripts/object_servers` started, if it did.
package enum RealBucket {
  /// `OBJECT_ENDPOINT`, whose keys are `testkey` and `testsecret`.
  package static let endpoint = getenv("OBJECT_ENDPOINT").map { String(cString: $0) }

  private static let number = Mutex(0)
  private static let name = Result { () throws(ObjectError) in
    let name = "trees-\(getpid())-\(MonotonicClock.nanoseconds() % 1_000_000)"
    try open("s3://\(name)").makeBucket()
    return name
  }

  /// What names the store to the client.
  package static let variables = [
    "AWS_ENDPOINT_URL": endpoint ?? "", "AWS_ACCESS_KEY_ID": "testkey", "AWS_SECRET_ACCESS_KEY": "testsecret",
  ]

  /// A root that no other test has.
  package static func newRoot() throws(ObjectError) -> String {
    "s3://\(try name.get())/tree \(number.withLock { $0 += 1; return $0 })=x"
  }

  package static func open(_ root: String) throws(ObjectError) -> S3Bucket {
    var environment = StorageEnvironment.process()
    environment.variable = { variables[$0] }
    return try S3Bucket(BucketLocation(root), environment: environment)
  }
}
