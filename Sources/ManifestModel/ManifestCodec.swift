/// Reads and writes the two files that mad_prefect keeps for an asset.
///
/// Reading accepts what mad_prefect itself loads (Python's `json` behind Prefect's `JSONSerializer`, then the Pydantic
/// 2 models in lax mode) and refuses the rest, with these intended differences:
///
/// - Nesting over 1000 levels, which Python 3.11 does not read, is refused as too large: later Pythons read more.
/// - A whole number of more than 4300 digits, at which Python 3.11 stops, passes where no model knows the field.
/// - `__class__` and `__exc_type__` have a meaning only in the document itself and in `last_run`, and only the class
///   that belongs there is unwrapped; elsewhere they are ordinary keys. Nothing is ever imported.
/// - A run's time that leaves the years 1 to 9999 when it is converted to UTC is refused.
/// - A run's duration beyond 64 bits is read as absent.
/// - A lone surrogate, which only an escape can spell, becomes U+FFFD in the value, and the value says so.
package enum ManifestCodec {
  /// The manifest that the bytes of a `manifest.json` hold.
  package static func decodeManifest(
    _ bytes: UnsafeRawBufferPointer, keepingUnknownFields: Bool
  ) throws(ManifestDecodingError) -> Manifest {
    try decodeManifest(bytes, keepingUnknownFields: keepingUnknownFields, within: nil)
  }

  /// The same, for the mirror: without unknown fields, and with no more artifacts than the limits allow.
  package static func decodeManifest(
    _ bytes: UnsafeRawBufferPointer, within limits: MirrorLimits
  ) throws(ManifestDecodingError) -> Manifest {
    try decodeManifest(bytes, keepingUnknownFields: false, within: limits)
  }

  private static func decodeManifest(
    _ bytes: UnsafeRawBufferPointer, keepingUnknownFields: Bool, within limits: MirrorLimits?
  ) throws(ManifestDecodingError) -> Manifest {
    var record = ManifestMembers()
    let reader = try read(bytes, into: &record, refusingAs: .invalidManifest)
    var resolver = FieldResolver(
      .invalidManifest, over: reader, keepingUnknownFields: keepingUnknownFields, within: limits)
    return try record.manifest(&resolver)
  }

  /// The manifest that the bytes of a `manifest.json` hold.
  package static func decodeManifest(
    _ bytes: [UInt8], keepingUnknownFields: Bool = true
  ) throws(ManifestDecodingError) -> Manifest {
    try decode(bytes) { buffer throws(ManifestDecodingError) in
      try decodeManifest(buffer, keepingUnknownFields: keepingUnknownFields)
    }
  }

  /// The run that the bytes of a `metadata.json` hold.
  package static func decodeRunMetadata(
    _ bytes: UnsafeRawBufferPointer, keepingUnknownFields: Bool
  ) throws(ManifestDecodingError) -> RunMetadata {
    try decodeRunMetadata(bytes, keepingUnknownFields: keepingUnknownFields, within: nil)
  }

  /// The same, for the mirror: without unknown fields, and with no more artifacts than the limits allow.
  package static func decodeRunMetadata(
    _ bytes: UnsafeRawBufferPointer, within limits: MirrorLimits
  ) throws(ManifestDecodingError) -> RunMetadata {
    try decodeRunMetadata(bytes, keepingUnknownFields: false, within: limits)
  }

  private static func decodeRunMetadata(
    _ bytes: UnsafeRawBufferPointer, keepingUnknownFields: Bool, within limits: MirrorLimits?
  ) throws(ManifestDecodingError) -> RunMetadata {
    var record = RunMetadataMembers()
    let reader = try read(bytes, into: &record, refusingAs: .invalidRun)
    var resolver = FieldResolver(
      .invalidRun, over: reader, keepingUnknownFields: keepingUnknownFields, within: limits)
    return try record.metadata(&resolver)
  }

  /// The run that the bytes of a `metadata.json` hold.
  package static func decodeRunMetadata(
    _ bytes: [UInt8], keepingUnknownFields: Bool = true
  ) throws(ManifestDecodingError) -> RunMetadata {
    try decode(bytes) { buffer throws(ManifestDecodingError) in
      try decodeRunMetadata(buffer, keepingUnknownFields: keepingUnknownFields)
    }
  }

  /// Reads a whole document into a record, whose values still point into the bytes, and gives a reader over it.
  @inline(__always)
  private static func read<Members: JSONMembers>(
    _ bytes: UnsafeRawBufferPointer, into record: inout Members, refusingAs kind: ManifestDecodingError.Kind
  ) throws(ManifestDecodingError) -> JSONReader {
    guard let start = bytes.baseAddress, !bytes.isEmpty else {
      throw ManifestDecodingError(JSONFault(.truncated, offset: 0), in: bytes)
    }
    var reader = JSONReader(
      start: start.assumingMemoryBound(to: UInt8.self), count: bytes.count, limit: JSONReader.deepestSkipped)
    let type: JSONType
    var wrapping = JSONWrapping.none
    do throws(JSONFault) {
      reader.skipWhitespace()
      if reader.isAt("{") {
        wrapping = try reader.readObject(&record)
        type = .object
      } else {
        type = try reader.skipValue()
      }
      try reader.finish()
      if wrapping == .none, Members.isWrittenWrapped { try checkDepth(of: bytes, insideOf: 1) }
    } catch {
      throw ManifestDecodingError(error, in: bytes)
    }
    guard type == .object else {
      throw ManifestDecodingError(kind, "The document must be an object, but is \(type.phrase).")
    }
    guard wrapping != .foreign else {
      // Whoever has that class may read it well.
      throw ManifestDecodingError(
        kind, "The document must be of the class \(Members.className), but is of another.", isDamage: false)
    }
    return reader
  }

  /// Whether a document that was read could still be read inside of this many containers: it must not become unreadable
  /// by being written again.
  private static func checkDepth(of bytes: UnsafeRawBufferPointer, insideOf depth: Int) throws(JSONFault) {
    // Each level that is one too many has an end as well as a beginning, or the document had not been read.
    guard let start = bytes.baseAddress, bytes.count >= 2 * (JSONReader.deepestSkipped - depth + 1) else { return }
    var reader = JSONReader(
      start: start.assumingMemoryBound(to: UInt8.self), count: bytes.count, depth: depth,
      limit: JSONReader.deepestSkipped)
    reader.skipWhitespace()
    _ = try reader.skipValue()
  }

  private static func decode<Value>(
    _ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws(ManifestDecodingError) -> Value
  ) throws(ManifestDecodingError) -> Value {
    let result = bytes.withUnsafeBytes { buffer -> Result<Value, ManifestDecodingError> in
      do throws(ManifestDecodingError) { return .success(try body(buffer)) } catch { return .failure(error) }
    }
    return try result.get()
  }
}
