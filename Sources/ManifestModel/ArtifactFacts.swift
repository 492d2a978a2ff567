/// What a run's metadata says of one artifact that it wrote.
public struct ArtifactFacts: Hashable, Sendable {
  /// Where the artifact lies, relative to the storage root.
  public var path: String
  /// Its size in bytes.
  public var bytes: Int64?
  /// When it was last modified.
  public var modified: Timestamp?
  /// `parquet`, `csv`, `json`, …
  public var format: String?
  /// Changes if and only if column names, types or their order change; `v1:` and 32 hexadecimal digits where the
  /// catalog computed it.
  public var schemaHash: String?
  /// The number of rows.
  public var rowCount: Int64?
  /// How many rows ``schemaHash`` was taken from, for a format such as JSON that declares no schema.
  public var sampledRows: Int64?

  /// Facts from their parts.
  public init(
    path: String, bytes: Int64? = nil, modified: Timestamp? = nil, format: String? = nil, schemaHash: String? = nil,
    rowCount: Int64? = nil, sampledRows: Int64? = nil
  ) {
    self.path = path
    self.bytes = bytes
    self.modified = modified
    self.format = format
    self.schemaHash = schemaHash
    self.rowCount = rowCount
    self.sampledRows = sampledRows
  }
}

extension ArtifactFacts {
  /// Whether both say the same, in the same bytes: `é` in one piece is another path than `é` in two.
  public static func == (left: ArtifactFacts, right: ArtifactFacts) -> Bool {
    left.path.hasSameBytes(as: right.path) && left.bytes == right.bytes && left.modified == right.modified
      && left.format.hasSameBytes(as: right.format) && left.schemaHash.hasSameBytes(as: right.schemaHash)
      && left.rowCount == right.rowCount && left.sampledRows == right.sampledRows
  }

  /// Equal facts hash alike.
  public func hash(into hasher: inout Hasher) {
    path.withBytes { hasher.combine(bytes: $0) }
    hasher.combine(bytes)
  }
}
