extension ManifestCodec {
  /// The bytes that mad_prefect would write for a manifest, followed by the unknown fields that it would lose.
  ///
  /// A manifest without ``Manifest/updatedAt`` is written without the field: mad_prefect takes the time of reading
  /// then. Unknown fields whose key the model knows, or whose value is not JSON, are left out.
  package static func encode(_ manifest: Manifest) -> [UInt8] {
    var writer = JSONWriter(reservingBytes: 1_024)
    writer.open("{")
    writer.key("manifest_version")
    writer.text("1")
    writer.key("asset_name")
    writer.text(manifest.asset.name)
    writer.key("asset_id")
    writer.text(manifest.asset.id)
    writer.key("asset_signature")
    writer.text(manifest.signature)
    writer.key("last_materialized")
    writer.time(manifest.lastMaterialized)
    writer.key("last_run")
    if let run = manifest.lastRun { write(run, to: &writer) } else { writer.word("null") }
    writer.key("last_status")
    writer.text(manifest.lastStatus.rawValue)
    writer.key("last_error")
    writer.text(manifest.lastError)
    writer.key("last_artifacts")
    writer.texts(manifest.lastArtifacts)
    if let updatedAt = manifest.updatedAt {
      writer.key("updated_at")
      writer.time(updatedAt)
    }
    write(manifest.unknownFields, besides: ManifestMembers.self, to: &writer)
    writer.close("}")
    return writer.bytes
  }

  /// The bytes that mad_prefect would write for a run, with what the catalog and others add under `data` after them.
  ///
  /// Times are written in UTC. Of the catalog's own members only those that are known are written.
  package static func encode(_ run: RunMetadata) -> [UInt8] {
    var writer = JSONWriter(reservingBytes: 1_024)
    writer.open("{")
    writer.key("__class__")
    writer.text("mad_prefect.data_assets.data_asset_run.DataAssetRun")
    writer.key("data")
    writer.open("{")
    writer.key("id")
    writer.text(run.id)
    writer.key("runtime")
    writer.time(run.startedAt)
    writer.key("materialized")
    writer.time(run.materialized)
    writer.key("duration_miliseconds")
    writer.integer(run.durationMilliseconds)
    writer.key("asset_id")
    writer.text(run.assetID)
    writer.key("asset_name")
    writer.text(run.assetName)
    writer.key("asset_path")
    writer.text(run.assetPath)
    writer.key("parameters")
    writer.text(run.parameters)
    if let status = run.status {
      writer.key("status")
      writer.text(status.rawValue)
    }
    if let error = run.error { write(error, to: &writer) }
    if let artifacts = run.artifacts { write(artifacts, to: &writer) }
    if let heartbeatAt = run.heartbeatAt {
      writer.key("heartbeat_at")
      writer.time(heartbeatAt)
      writer.key("heartbeat_seconds")
      writer.integer(run.heartbeatSeconds ?? RunMetadata.usualHeartbeatSeconds)
    }
    write(run.unknownFields, besides: RunMetadataMembers.self, to: &writer)
    writer.close("}")
    writer.close("}")
    return writer.bytes
  }

  private static func write(_ run: ManifestRun, to writer: inout JSONWriter) {
    writer.open("{")
    writer.key("id")
    writer.text(run.id)
    writer.key("metadata_path")
    writer.text(run.metadataPath)
    writer.key("materialized")
    writer.time(run.materialized)
    writer.key("artifact_paths")
    writer.texts(run.artifactPaths)
    write(run.unknownFields, besides: LastRunMembers.self, to: &writer)
    writer.close("}")
  }

  private static func write(_ error: RunError, to writer: inout JSONWriter) {
    writer.key("error")
    writer.open("{")
    if let type = error.type {
      writer.key("type")
      writer.text(type)
    }
    writer.key("message")
    writer.text(error.message)
    if let traceback = error.traceback {
      writer.key("traceback")
      writer.text(traceback)
    }
    writer.close("}")
  }

  private static func write(_ artifacts: [ArtifactFacts], to writer: inout JSONWriter) {
    writer.key("artifacts")
    writer.open("[")
    for artifact in artifacts {
      writer.element()
      writer.open("{")
      writer.key("path")
      writer.text(artifact.path)
      if let bytes = artifact.bytes {
        writer.key("bytes")
        writer.integer(bytes)
      }
      if let modified = artifact.modified {
        writer.key("modified")
        writer.time(modified)
      }
      if let format = artifact.format {
        writer.key("format")
        writer.text(format)
      }
      if let schemaHash = artifact.schemaHash {
        writer.key("schema_hash")
        writer.text(schemaHash)
      }
      if let rowCount = artifact.rowCount {
        writer.key("row_count")
        writer.integer(rowCount)
      }
      if let sampledRows = artifact.sampledRows {
        writer.key("sampled_rows")
        writer.integer(sampledRows)
      }
      writer.close("}")
    }
    writer.close("]")
  }

  /// Writes the fields that a model does not know. What would change how the object is read is left out.
  private static func write<Members: JSONMembers>(
    _ fields: [JSONField], besides record: Members.Type, to writer: inout JSONWriter
  ) {
    for field in fields where !Members.claims(field.wideKey) { writer.field(field) }
  }
}

extension JSONMembers {
  /// Whether a key has a meaning in an object of this model.
  fileprivate static func claims(_ key: [UInt8]) -> Bool {
    key.withUnsafeBufferPointer { bytes in
      guard let start = bytes.baseAddress else { return false }
      let spelling = JSONText(start: start, count: bytes.count, isPlain: true)
      return Self.key(for: spelling) != nil || spelling.equals("__class__") || spelling.equals("__exc_type__")
    }
  }
}
