internal import LinuxSystem
internal import ManifestModel
internal import ObjectStorage
internal import ObjectTree
internal import StoredTree
internal import Synchronization

/// A storage root in a bucket, opened when it is first needed and then kept: its connections, its credentials, and what
/// was found out of the store. The library that it needs is opened no sooner.
final class RemoteRoot: Sendable {
  /// Opens the store of an address.
  typealias Opener = @Sendable (BucketLocation) throws(ObjectError) -> any ObjectStore

  /// The root, as an address without a slash at its end.
  let root: String
  private let location: BucketLocation
  private let metadataFolder: String
  private let open: Opener
  private let opened = Mutex<ObjectTree?>(nil)

  /// Whether a root is one of a bucket.
  static func isAddress(_ root: String) -> Bool { root.hasPrefix("s3://") }

  /// - Throws: `invalidArgument` for what is no address of a bucket.
  init(_ address: String, metadataFolder: String, options: Catalog.Options) throws(CatalogError) {
    do throws(ObjectError) { location = try BucketLocation(address) } catch {
      throw CatalogError(.noSuchRoot, error.message)
    }
    root = location.address
    self.metadataFolder = metadataFolder
    open = options.openStore ?? Self.bucketOpener(options)
  }

  private static func bucketOpener(_ options: Catalog.Options) -> Opener {
    { location throws(ObjectError) in
      var chosen = S3Bucket.Options()
      // Somebody waits, but a store that is slow for some seconds is no reason to have no answer.
      chosen.retries = RetryPolicy(attempts: 6, quota: 5_000)
      chosen.patience = options.storePatience.map { min($0.microseconds, .max / 1_000) * 1_000 }
      return try S3Bucket(location, options: chosen, environment: .process(isInterrupted: options.isAskedToStop))
    }
  }

  /// The bucket, and what all keys of the root begin with.
  var place: (bucket: String, prefix: [UInt8]) { (location.bucket, location.prefix) }

  func tree() throws(StoreError) -> ObjectTree {
    try opened.withLock { opened throws(StoreError) in
      if let opened { return opened }
      let store: any ObjectStore
      do throws(ObjectError) { store = try open(location) } catch { throw StoreError(error) }
      let tree = ObjectTree(store, root: root, metadataFolder: metadataFolder)
      opened = tree
      return tree
    }
  }
}

extension Catalog {
  /// Whether a root is the address of a bucket, and no folder.
  package static func isInBucket(_ root: String) -> Bool { RemoteRoot.isAddress(root) }

  /// An address as it may stand in a message: without a password or a signature.
  package static func shown(_ address: String) -> String { address.withoutSecrets }
}
