/// The members of a manifest's `last_run` while it is read: mad_prefect's `AssetManifestRun`.
struct LastRunMembers: JSONMembers {
  enum Key { case id, metadataPath, materialized, artifactPaths }

  static var className: StaticString { "mad_prefect.data_assets.asset_metadata.AssetManifestRun" }

  private var id = TextField.absent
  private var metadataPath = TextField.absent
  private var materialized = TimeField.absent
  private(set) var artifactPaths = PathsField.absent
  var objectWithUnknownFields: UnsafePointer<UInt8>?

  @inline(__always)
  static func key(for spelling: JSONText) -> Key? {
    switch spelling.count {
    case 2: if spelling.equals("id") { return .id }
    case 12: if spelling.equals("materialized") { return .materialized }
    case 13: if spelling.equals("metadata_path") { return .metadataPath }
    case 14: if spelling.equals("artifact_paths") { return .artifactPaths }
    default: break
    }
    return nil
  }

  @inline(__always)
  mutating func read(_ key: Key, from reader: inout JSONReader) throws(JSONFault) {
    switch key {
    case .id: id = try reader.readText()
    case .metadataPath: metadataPath = try reader.readText()
    case .materialized: materialized = try reader.readTime()
    case .artifactPaths: artifactPaths = try reader.readPaths()
    }
  }

  /// The run that the members make, if `AssetManifestRun` would accept them.
  @inline(__always)
  func run(_ resolver: inout FieldResolver) throws(ManifestDecodingError) -> ManifestRun {
    var run = ManifestRun(
      id: try resolver.text(id, "last_run.id"),
      metadataPath: try resolver.text(metadataPath, "last_run.metadata_path"),
      materialized: try resolver.zonedTime(materialized, "last_run.materialized"),
      artifactPaths: try resolver.paths(artifactPaths, "last_run.artifact_paths"),
      unknownFields: resolver.unknownFields(besides: self))
    run.artifactsLeftOut = resolver.artifactsLeftOut
    return run
  }
}
