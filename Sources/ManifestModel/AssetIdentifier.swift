/// The name and the configuration id that identify one asset.
///
/// Both are compared as bytes: two spellings of "é" are two folders on disk, and Swift's `String ==` would merge them.
public struct AssetIdentifier: Sendable {
  /// The text behind `asset_name=` in the path.
  public let name: String
  /// The text behind `asset_id=` in the path.
  public let id: String

  /// An identifier from its two parts.
  public init(name: String, id: String) {
    self.name = name
    self.id = id
  }
}

extension AssetIdentifier: Hashable, Comparable {
  public static func == (left: AssetIdentifier, right: AssetIdentifier) -> Bool {
    left.name.utf8.elementsEqual(right.name.utf8) && left.id.utf8.elementsEqual(right.id.utf8)
  }

  public func hash(into hasher: inout Hasher) {
    for byte in name.utf8 { hasher.combine(byte) }
    hasher.combine(UInt8(0))
    for byte in id.utf8 { hasher.combine(byte) }
  }

  /// Orders by the bytes of the name, then by the bytes of the id, as the index does.
  public static func < (left: AssetIdentifier, right: AssetIdentifier) -> Bool {
    if left.name.utf8.elementsEqual(right.name.utf8) {
      return left.id.utf8.lexicographicallyPrecedes(right.id.utf8)
    }
    return left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
  }
}
