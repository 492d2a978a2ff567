import ManifestModel

extension FuzzTarget {
  /// The bytes of a `manifest.json`: what is accepted is written and read again as the same manifest.
  static let manifest = FuzzTarget(name: "manifest") { bytes throws(BrokenRule) in
    let read = Result { () throws(ManifestDecodingError) in
      try ManifestCodec.decodeManifest(bytes, keepingUnknownFields: true)
    }
    let bare = Result { () throws(ManifestDecodingError) in
      try ManifestCodec.decodeManifest(bytes, keepingUnknownFields: false)
    }
    try requireAgreement(read, bare, bytes) { ManifestCodec.encode($0) }
    guard case .success(let manifest) = read else { return }
    let written = ManifestCodec.encode(manifest)
    let again: Manifest
    do throws(ManifestDecodingError) {
      again = try ManifestCodec.decodeManifest(written)
    } catch {
      throw BrokenRule("what was written is not read: \(error.message)")
    }
    try require(ManifestCodec.encode(again) == written, "a manifest is written otherwise the second time")
    try require(!again.isLossy, "a manifest that was written is lossy")
    try require(
      again.asset == manifest.asset && again.signature.hasSameBytes(as: manifest.signature)
        && again.lastMaterialized == manifest.lastMaterialized && again.lastStatus == manifest.lastStatus
        && again.lastError.hasSameBytes(as: manifest.lastError) && again.updatedAt == manifest.updatedAt,
      "a manifest comes back with another value")
    try require(areSame(again.lastArtifacts, manifest.lastArtifacts), "artifacts come back otherwise")
    try require(areSame(again.unknownFields, manifest.unknownFields), "unknown fields come back otherwise")
    try require((again.lastRun == nil) == (manifest.lastRun == nil), "the last run comes or goes")
    guard let run = manifest.lastRun, let runAgain = again.lastRun else { return }
    try require(
      runAgain.id.hasSameBytes(as: run.id) && runAgain.metadataPath.hasSameBytes(as: run.metadataPath)
        && runAgain.materialized == run.materialized && areSame(runAgain.artifactPaths, run.artifactPaths)
        && areSame(runAgain.unknownFields, run.unknownFields), "the last run comes back otherwise")
  }

  /// The bytes of a run's `metadata.json`: what is accepted is written and read again as the same run.
  static let run = FuzzTarget(name: "run") { bytes throws(BrokenRule) in
    let read = Result { () throws(ManifestDecodingError) in
      try ManifestCodec.decodeRunMetadata(bytes, keepingUnknownFields: true)
    }
    let bare = Result { () throws(ManifestDecodingError) in
      try ManifestCodec.decodeRunMetadata(bytes, keepingUnknownFields: false)
    }
    try requireAgreement(read, bare, bytes) { ManifestCodec.encode($0) }
    if case .success(let run) = read { try requireRoundTrip(run) }
  }

  /// A run is written and read again as the same run.
  static func requireRoundTrip(_ run: RunMetadata) throws(BrokenRule) {
    let written = ManifestCodec.encode(run)
    let again: RunMetadata
    do throws(ManifestDecodingError) {
      again = try ManifestCodec.decodeRunMetadata(written)
    } catch {
      throw BrokenRule("what was written is not read: \(error.message)")
    }
    try require(ManifestCodec.encode(again) == written, "a run is written otherwise the second time")
    try require(!again.isLossy, "a run that was written is lossy")
    try require(
      again.id.hasSameBytes(as: run.id) && again.startedAt == run.startedAt && again.materialized == run.materialized
        && again.durationMilliseconds == run.durationMilliseconds && again.status == run.status
        && again.heartbeatAt == run.heartbeatAt && again.heartbeatSeconds == run.heartbeatSeconds
        && again.artifacts == run.artifacts, "a run comes back with another value")
    try require(
      again.assetID.hasSameBytes(as: run.assetID) && again.assetName.hasSameBytes(as: run.assetName)
        && again.assetPath.hasSameBytes(as: run.assetPath) && again.parameters.hasSameBytes(as: run.parameters)
        && (again.error?.message).hasSameBytes(as: run.error?.message)
        && (again.error?.type).hasSameBytes(as: run.error?.type)
        && (again.error?.traceback).hasSameBytes(as: run.error?.traceback), "a text of a run comes back otherwise")
    try require(areSame(again.unknownFields, run.unknownFields), "unknown fields come back otherwise")
  }

  /// What two ways of reading the same bytes must have in common, and what no beginning of a document may be.
  private static func requireAgreement<Value>(
    _ full: Result<Value, ManifestDecodingError>, _ bare: Result<Value, ManifestDecodingError>,
    _ bytes: UnsafeRawBufferPointer, _ encode: (Value) -> [UInt8]
  ) throws(BrokenRule) {
    switch (full, bare) {
    case (.failure(let one), .failure(let other)):
      try require(one == other, "the refusal depends on whether unknown fields are kept")
      try require(!one.message.isEmpty, "a refusal says nothing")
    case (.success(let one), .success(let other)):
      // Unknown fields stand last, so that without them a document is the beginning of the whole one, up to its ends.
      try require(encode(other).count <= encode(one).count, "there is more without unknown fields than with them")
      try requireNoBeginning(bytes)
    default: throw BrokenRule("whether a document is accepted depends on whether unknown fields are kept")
    }
  }

  /// A document that was read has no beginning that could be read: a torn file is never taken for a whole one.
  private static func requireNoBeginning(_ bytes: UnsafeRawBufferPointer) throws(BrokenRule) {
    guard let last = bytes.lastIndex(of: UInt8(ascii: "}")) else { throw BrokenRule("a document has no end") }
    for end in [last, last / 2] {
      let beginning = UnsafeRawBufferPointer(rebasing: bytes[..<end])
      do throws(ManifestDecodingError) {
        _ = try ManifestCodec.decodeManifest(beginning, keepingUnknownFields: true)
      } catch {
        continue
      }
      throw BrokenRule("the beginning of a document is accepted")
    }
  }

  private static func areSame(_ left: [String], _ right: [String]) -> Bool {
    left.count == right.count && zip(left, right).allSatisfy { $0.hasSameBytes(as: $1) }
  }

  /// Values may be spelled otherwise, as mad_prefect writes them.
  private static func areSame(_ left: [JSONField], _ right: [JSONField]) -> Bool {
    areSame(left.map(\.key), right.map(\.key))
  }
}
