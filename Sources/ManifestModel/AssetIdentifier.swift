/// The name and the configuration id that identify one asset.
///
/// Both are compared as bytes: two spellings of "é" are two folders on disk, and Swift's `String ==` would merge them.
public struct AssetIdentifier: Sendable {
  /// The text after `asset_name=` in the path.
  public let name: String
  /// The text after `asset_id=` in the path.
  public let id: String

  /// An identifier from its two parts.
  public init(name: String, id: String) {
    self.name = name
    self.id = id
  }
}

extension AssetIdentifier: Hashable, Comparable {
  /// Whether both parts are the same bytes.
  public static func == (left: AssetIdentifier, right: AssetIdentifier) -> Bool {
    left.name.hasSameBytes(as: right.name) && left.id.hasSameBytes(as: right.id)
  }

  /// Hashes the bytes of both parts, each followed by a byte that UTF-8 never holds.
  public func hash(into hasher: inout Hasher) {
    name.withBytes { hasher.combine(bytes: $0) }
    hasher.combine(UInt8(0xFF))
    id.withBytes { hasher.combine(bytes: $0) }
    hasher.combine(UInt8(0xFF))
  }

  /// Orders by the bytes of the name, then by the bytes of the id, as the index does.
  public static func < (left: AssetIdentifier, right: AssetIdentifier) -> Bool {
    left.name.hasSameBytes(as: right.name) ? left.id.precedesInBytes(right.id) : left.name.precedesInBytes(right.name)
  }
}
