/// The members of a run's metadata while it is read: mad_prefect's `DataAssetRun`, and what the catalog adds.
struct RunMetadataMembers: JSONMembers {
  enum Key {
    case id, runtime, materialized, duration, assetID, assetName, assetPath, parameters, status, error, artifacts
    case heartbeatAt, heartbeatSeconds
  }

  static var className: StaticString { "mad_prefect.data_assets.data_asset_run.DataAssetRun" }
  static var isWrittenWrapped: Bool { true }

  private var id = TextField.absent
  private var runtime = TimeField.absent
  private var materialized = TimeField.absent
  private var duration = IntegerField.absent
  private var assetID = TextField.absent
  private var assetName = TextField.absent
  private var assetPath = TextField.absent
  private var parameters = TextField.absent
  private var status = TextField.absent
  /// The values of `error` and `artifacts`, wherever they stand and whatever they are.
  private var error: UnsafePointer<UInt8>?
  private var artifacts: UnsafePointer<UInt8>?
  private var heartbeatAt = TimeField.absent
  private var heartbeatSeconds = IntegerField.absent
  var objectWithUnknownFields: UnsafePointer<UInt8>?

  @inline(__always)
  static func key(for spelling: JSONText) -> Key? {
    switch spelling.count {
    case 2: if spelling.equals("id") { return .id }
    case 5: if spelling.equals("error") { return .error }
    case 6: if spelling.equals("status") { return .status }
    case 7: if spelling.equals("runtime") { return .runtime }
    case 8: if spelling.equals("asset_id") { return .assetID }
    case 9: if spelling.equals("artifacts") { return .artifacts }
    case 10:
      if spelling.equals("asset_name") { return .assetName }
      if spelling.equals("asset_path") { return .assetPath }
      if spelling.equals("parameters") { return .parameters }
    case 12:
      if spelling.equals("materialized") { return .materialized }
      if spelling.equals("heartbeat_at") { return .heartbeatAt }
    case 17: if spelling.equals("heartbeat_seconds") { return .heartbeatSeconds }
    case 20: if spelling.equals("duration_miliseconds") { return .duration }
    default: break
    }
    return nil
  }

  @inline(__always)
  mutating func read(_ key: Key, from reader: inout JSONReader) throws(JSONFault) {
    switch key {
    case .id: id = try reader.readText()
    case .runtime: runtime = try reader.readTime()
    case .materialized: materialized = try reader.readTime()
    case .duration: duration = try reader.readInteger()
    case .assetID: assetID = try reader.readText()
    case .assetName: assetName = try reader.readText()
    case .assetPath: assetPath = try reader.readText()
    case .parameters: parameters = try reader.readText()
    case .status: status = try reader.readText()
    case .error:
      error = reader.cursor
      _ = try reader.skipValue()
    case .artifacts:
      artifacts = reader.cursor
      _ = try reader.skipValue()
    case .heartbeatAt: heartbeatAt = try reader.readTime()
    case .heartbeatSeconds: heartbeatSeconds = try reader.readInteger()
    }
  }

  /// The run that the members make, if `DataAssetRun` would accept them.
  @inline(__always)
  func metadata(_ resolver: inout FieldResolver) throws(ManifestDecodingError) -> RunMetadata {
    var run = RunMetadata(id: try resolver.optionalText(id, "id"))
    run.startedAt = try resolver.time(runtime, "runtime")
    run.materialized = try resolver.time(materialized, "materialized")
    run.durationMilliseconds = try resolver.integer(duration, "duration_miliseconds")
    run.assetID = try resolver.optionalText(assetID, "asset_id")
    run.assetName = try resolver.optionalText(assetName, "asset_name")
    run.assetPath = try resolver.optionalText(assetPath, "asset_path")
    run.parameters = try resolver.optionalText(parameters, "parameters")
    if case .text(let text) = status { run.status = ManifestStatus(text) }
    if let error { run.error = resolver.runError(at: error) }
    if let artifacts { run.artifacts = resolver.artifacts(at: artifacts) }
    if case .moment(let reading) = heartbeatAt {
      run.heartbeatAt = reading.moment
      run.heartbeatSeconds = RunMetadata.heartbeatInterval(heartbeatSeconds)
    }
    run.unknownFields = resolver.unknownFields(besides: self)
    run.isLossy = resolver.isLossy
    run.artifactsLeftOut = resolver.artifactsLeftOut
    return run
  }
}
