/// The members of a manifest while it is read: mad_prefect's `AssetManifest`.
struct ManifestMembers: JSONMembers {
  enum Key {
    case version, assetName, assetID, signature, lastMaterialized, lastRun, lastStatus, lastError, lastArtifacts,
      updatedAt
  }

  /// What stands under `last_run`.
  enum LastRun: BitwiseCopyable {
    case absent
    case object(LastRunMembers, JSONWrapping)
    case other(JSONType)
  }

  static var className: StaticString { "mad_prefect.data_assets.asset_metadata.AssetManifest" }

  private var version = TextField.absent
  private var assetName = TextField.absent
  private var assetID = TextField.absent
  private var signature = TextField.absent
  private var lastMaterialized = TimeField.absent
  private var lastRun = LastRun.absent
  private var lastStatus = TextField.absent
  private var lastError = TextField.absent
  private var lastArtifacts = PathsField.absent
  private var updatedAt = TimeField.absent
  var objectWithUnknownFields: UnsafePointer<UInt8>?

  @inline(__always)
  static func key(for spelling: JSONText) -> Key? {
    switch spelling.count {
    case 8:
      if spelling.equals("asset_id") { return .assetID }
      if spelling.equals("last_run") { return .lastRun }
    case 10:
      if spelling.equals("asset_name") { return .assetName }
      if spelling.equals("last_error") { return .lastError }
      if spelling.equals("updated_at") { return .updatedAt }
    case 11: if spelling.equals("last_status") { return .lastStatus }
    case 14: if spelling.equals("last_artifacts") { return .lastArtifacts }
    case 15: if spelling.equals("asset_signature") { return .signature }
    case 16: if spelling.equals("manifest_version") { return .version }
    case 17: if spelling.equals("last_materialized") { return .lastMaterialized }
    default: break
    }
    return nil
  }

  @inline(__always)
  mutating func read(_ key: Key, from reader: inout JSONReader) throws(JSONFault) {
    switch key {
    case .version: version = try reader.readText()
    case .assetName: assetName = try reader.readText()
    case .assetID: assetID = try reader.readText()
    case .signature: signature = try reader.readText()
    case .lastMaterialized: lastMaterialized = try reader.readTime()
    case .lastRun:
      guard reader.isAt("{") else {
        lastRun = .other(try reader.skipValue())
        return
      }
      var run = LastRunMembers()
      let wrapping = try reader.readObject(&run)
      lastRun = .object(run, wrapping)
    case .lastStatus: lastStatus = try reader.readText()
    case .lastError: lastError = try reader.readText()
    case .lastArtifacts: lastArtifacts = try reader.readPaths()
    case .updatedAt: updatedAt = try reader.readTime()
    }
  }

  /// The manifest that the members make, if `AssetManifest` would accept them.
  @inline(__always)
  func manifest(_ resolver: inout FieldResolver) throws(ManifestDecodingError) -> Manifest {
    try checkVersion(resolver)
    let name = try resolver.text(assetName, "asset_name")
    let id = try resolver.text(assetID, "asset_id")
    let signature: String?
    if case .text(let one) = assetID, case .text(let other) = self.signature, one.isSpelled(like: other) {
      signature = id
    } else {
      signature = try resolver.optionalText(self.signature, "asset_signature")
    }
    let time = try resolver.zonedTime(lastMaterialized, "last_materialized")
    let run = try lastRun(&resolver)
    let status = try status(resolver)
    let error = try resolver.optionalText(lastError, "last_error")
    let artifacts: [String]
    let artifactsLeftOut: Int
    if let run, sharesArtifacts(resolver) {
      artifacts = run.artifactPaths
      artifactsLeftOut = run.artifactsLeftOut
    } else {
      let before = resolver.artifactsLeftOut
      artifacts = try resolver.paths(lastArtifacts, "last_artifacts")
      artifactsLeftOut = resolver.artifactsLeftOut - before
    }
    let updated = try resolver.zonedTime(updatedAt, "updated_at")
    if case .other(.null) = updatedAt {
      throw resolver.error("updated_at", mustBe: "a time with an offset", butIs: "null")
    }
    let unknown = resolver.unknownFields(besides: self)
    var manifest = Manifest(
      asset: AssetIdentifier(name: name, id: id), signature: signature, lastMaterialized: time ?? run?.materialized,
      lastRun: run, lastStatus: status, lastError: error, lastArtifacts: artifacts, updatedAt: updated,
      unknownFields: unknown, isLossy: resolver.isLossy)
    manifest.artifactsLeftOut = artifactsLeftOut
    return manifest
  }

  private func checkVersion(_ resolver: FieldResolver) throws(ManifestDecodingError) {
    switch version {
    case .absent: return
    case .text(let text) where text.reads(as: "1"): return
    // What another version of mad_prefect wrote is not damaged.
    case .text: throw resolver.error("manifest_version", mustBe: "\"1\"", butIs: "another text", isDamage: false)
    case .other(let type):
      throw resolver.error("manifest_version", mustBe: "\"1\"", butIs: type.phrase, isDamage: type != .number)
    }
  }

  private func status(_ resolver: FieldResolver) throws(ManifestDecodingError) -> ManifestStatus {
    switch lastStatus {
    case .absent: return .unknown
    case .text(let text):
      if let status = ManifestStatus(text) { return status }
      throw resolver.error("last_status", mustBe: "success, failed or unknown", butIs: "another text")
    case .other(let type):
      throw resolver.error("last_status", mustBe: "success, failed or unknown", butIs: type.phrase)
    }
  }

  @inline(__always)
  private func lastRun(_ resolver: inout FieldResolver) throws(ManifestDecodingError) -> ManifestRun? {
    switch lastRun {
    case .absent, .other(.null): return nil
    case .other(let type): throw resolver.error("last_run", mustBe: "an object or null", butIs: type.phrase)
    case .object(_, .foreign): throw resolver.error("last_run", mustBe: "a run", butIs: "an object of another class")
    case .object(let record, _): return try record.run(&resolver)
    }
  }

  /// Whether the last run names the same artifacts in the same spelling, as it does after every run that named some.
  private func sharesArtifacts(_ resolver: FieldResolver) -> Bool {
    guard case .object(let run, _) = lastRun else { return false }
    return resolver.areSpelledAlike(run.artifactPaths, lastArtifacts)
  }
}

extension ManifestStatus {
  /// The status that a text names.
  init?(_ text: JSONText) {
    if text.reads(as: "success") {
      self = .success
    } else if text.reads(as: "unknown") {
      self = .unknown
    } else if text.reads(as: "failed") {
      self = .failed
    } else {
      return nil
    }
  }
}
