package import ManifestModel
package import StoredTree

/// Reads the files of assets on behalf of one thread: what they say, or why that cannot be told.
package final class TreeReader {
  /// How long to wait before each reading of a file that does not parse. mad_prefect leaves one empty for up to 2.2 ms.
  static let retryMicroseconds: [UInt32] = [0, 1_000, 3_000, 10_000, 30_000, 100_000]

  package let session: any TreeSession
  /// The storage root, for messages.
  private let root: String
  /// What is left of the time that this reader may spend on waiting for writers.
  private var patienceMicroseconds: UInt32 = 200_000

  package init(_ session: any TreeSession, root: String) {
    self.session = session
    self.root = root
  }

  package convenience init(_ storage: any TreeStorage) {
    self.init(storage.makeSession(nil), root: storage.root)
  }

  /// Ends the work where not the file is what failed: the process has too few descriptors or no memory, or the storage
  /// gives no answer.
  package func throwIfExhausted(_ fault: TreeFault) throws(StoreError) {
    switch fault.kind {
    case .unavailable, .refusal, .noRoot, .noDescriptors, .noMemory:
      throw StoreError(reading: "The tree at \(root)", fault, "read any further")
    default: return
    }
  }

  /// Visits an asset for something that may fail.
  ///
  /// - Returns: `nil` where the asset is gone.
  /// - Throws: `inputOutput` where it cannot be looked into.
  package func visiting<R>(
    _ asset: AssetIdentifier, at layout: MetadataLayout, _ body: () throws(StoreError) -> R
  ) throws(StoreError) -> R? {
    let result: Result<R, StoreError>
    do throws(TreeFault) { result = try session.visiting(asset, body) } catch {
      if error.isAbsence { return nil }
      try throwIfExhausted(error)
      throw StoreError(reading: "\(root)/\(layout.assetPath(asset))", error, "looked into")
    }
    return try result.get()
  }

  // MARK: Files

  /// Reads the manifest of an asset.
  package func readManifest(of asset: AssetIdentifier) throws(StoreError) -> FileObservation<Manifest> {
    try read(.manifest, of: asset) { bytes throws(ManifestDecodingError) in
      try ManifestCodec.decodeManifest(bytes, keepingUnknownFields: false)
    }
  }

  /// Reads the manifest of an asset, for the mirror.
  package func readManifest(
    of asset: AssetIdentifier, within limits: MirrorLimits
  ) throws(StoreError) -> FileObservation<Manifest> {
    try read(.manifest, of: asset) { bytes throws(ManifestDecodingError) in
      try ManifestCodec.decodeManifest(bytes, within: limits)
    }
  }

  /// Reads the manifest of an asset whole, with the fields that nobody here knows.
  ///
  /// - Parameter forRewriting: whether the caller would replace a damaged file. What is beyond a limit of ours is then
  ///   `tooLarge`, whatever else it is called.
  package func readWholeManifest(
    of asset: AssetIdentifier, forRewriting: Bool = false
  ) throws(StoreError) -> FileObservation<Manifest> {
    try read(.manifest, of: asset, forRewriting: forRewriting) { bytes throws(ManifestDecodingError) in
      try ManifestCodec.decodeManifest(bytes, keepingUnknownFields: true)
    }
  }

  /// Reads the metadata of one run.
  package func readRun(_ run: String, of asset: AssetIdentifier) throws(StoreError) -> FileObservation<RunMetadata> {
    try read(.run(run), of: asset) { bytes throws(ManifestDecodingError) in
      try ManifestCodec.decodeRunMetadata(bytes, keepingUnknownFields: false)
    }
  }

  /// Reads the metadata of one run, for the mirror.
  package func readRun(
    _ run: String, of asset: AssetIdentifier, within limits: MirrorLimits
  ) throws(StoreError) -> FileObservation<RunMetadata> {
    try read(.run(run), of: asset) { bytes throws(ManifestDecodingError) in
      try ManifestCodec.decodeRunMetadata(bytes, within: limits)
    }
  }

  /// Reads the metadata of one run whole, with the fields that nobody here knows, to replace a damaged file.
  func readWholeRun(_ run: String, of asset: AssetIdentifier) throws(StoreError) -> FileObservation<RunMetadata> {
    try read(.run(run), of: asset, forRewriting: true) { bytes throws(ManifestDecodingError) in
      try ManifestCodec.decodeRunMetadata(bytes, keepingUnknownFields: true)
    }
  }

  /// Writers overwrite files in place, so a reader can meet one that is empty or half-written, and most such reads have
  /// a stable revision: only the document itself tells, since no proper prefix of one is another. What does not parse
  /// is read again a few times if it was touched recently, and is `torn` if that did not help.
  private func read<Value>(
    _ file: TreeFile, of asset: AssetIdentifier, forRewriting: Bool = false,
    decode: (UnsafeRawBufferPointer) throws(ManifestDecodingError) -> Value
  ) throws(StoreError) -> FileObservation<Value> {
    for delay in Self.retryMicroseconds {
      if delay > 0 {
        guard patienceMicroseconds >= delay else { break }
        patienceMicroseconds -= delay
        session.pause(microseconds: delay)
      }
      var observation: FileObservation<Value>?
      var fault: TreeFault?
      session.read(file, of: asset) { loaded in
        switch loaded {
        case .absent: observation = .absent
        case .notAFile(let kind, let revision):
          observation = .bad(.notAFile, "This is \(kind), where a file should be.", revision)
        case .tooLarge(let revision):
          observation = .bad(.tooLarge, "The file has \(revision.size) bytes; 16 MiB is the limit.", revision)
        case .moving: break
        case .unreadable(let found): fault = found
        case .bytes(let bytes, let revision):
          do throws(ManifestDecodingError) {
            observation = .good(try decode(bytes), revision)
          } catch {
            // No writer's half-finished work is beyond a limit.
            if !error.isDamage || session.isSettled(revision) {
              let kind = forRewriting && !error.isDamage ? .tooLarge : error.problemKind
              observation = .bad(kind, error.message, revision)
            }
          }
        }
      }
      if let fault {
        try throwIfExhausted(fault)
        return .bad(.unreadable, "The file cannot be read: \(fault.text).", nil)
      }
      if let observation { return observation }
    }
    return .torn
  }

  /// The ids of the runs of an asset; none where it is not there, as one that is about to be written first.
  func listRuns(of asset: AssetIdentifier) throws(StoreError) -> NameList {
    do throws(TreeFault) {
      return try session.runs(of: asset)
    } catch {
      if error.isAbsence { return NameList() }
      try throwIfExhausted(error)
      throw StoreError(
        reading: "The folder of the asset \(asset.name) (\(asset.id)) below \(root)", error, "listed")
    }
  }
}

/// What came of reading one file. Indirect, so that copies do not count a reference for every text in it.
package indirect enum FileObservation<Value: Sendable>: Sendable {
  /// There is no such file.
  case absent
  /// It was read, and had this revision at most.
  case good(Value, Revision)
  /// It cannot be used. Without a revision it was not even looked at, and is to be tried again.
  case bad(ProblemKind, String, Revision?)
  /// It does not parse, but was touched so recently that a writer may be at it: neither good nor a problem.
  case torn
}

extension ManifestDecodingError {
  fileprivate var problemKind: ProblemKind {
    switch kind {
    case .invalidJSON: .invalidJSON
    case .invalidManifest: .invalidManifest
    case .invalidRun: .invalidRun
    case .tooLarge: .tooLarge
    }
  }
}
