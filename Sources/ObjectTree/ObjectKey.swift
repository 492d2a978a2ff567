internal import ManifestModel
internal import StoredTree

/// Keys of the tree, as bytes.
enum ObjectKey {
  /// What the keys of all names begin with.
  static func names(in tree: ObjectTree) -> [UInt8] { tree.prefix + bytes(MetadataLayout.namePrefix) }

  static func of(name: String, in tree: ObjectTree) -> [UInt8] {
    names(in: tree) + Array(name.utf8) + [slash]
  }

  static func of(_ asset: AssetIdentifier, in tree: ObjectTree) -> [UInt8] {
    of(name: asset.name, in: tree) + bytes(MetadataLayout.idPrefix) + Array(asset.id.utf8) + [slash]
  }

  static func of(run: String, of asset: AssetIdentifier, in tree: ObjectTree) -> [UInt8] {
    of(asset, in: tree) + bytes(MetadataLayout.runPrefix) + Array(run.utf8) + [slash]
  }

  static func of(_ file: TreeFile, of asset: AssetIdentifier, in tree: ObjectTree) -> [UInt8] {
    switch file {
    case .manifest: of(asset, in: tree) + bytes(MetadataLayout.manifestEntry)
    case .run(let run): of(run: run, of: asset, in: tree) + bytes(MetadataLayout.runMetadataEntry)
    }
  }

  /// What a key is of.
  struct Member {
    enum Kind: UInt8 {
      case manifest, run
      /// Folders that bear a prefix of the catalog's, and cannot be members of it: name, id or run is all of the folder
      /// then.
      case oddName, oddID, oddRun
    }

    var kind: Kind
    var name: ArraySlice<UInt8>
    var id: ArraySlice<UInt8> = []
    var run: ArraySlice<UInt8> = []
  }

  /// Takes a key apart.
  ///
  /// - Parameter start: where the metadata folder and its slash end.
  /// - Returns: `nil` for what is none of the catalog's: markers that stand for folders, and keys of other shapes.
  static func member(_ key: [UInt8], from start: Int) -> Member? {
    guard key.last != slash else { return nil }
    let parts = key[start...].split(separator: slash, maxSplits: 4, omittingEmptySubsequences: false)
    guard parts.count > 1 else { return nil }
    var member: Member
    switch value(parts[0], MetadataLayout.namePrefix) {
    case .foreign: return nil
    case .invalid: return Member(kind: .oddName, name: parts[0])
    case .valid(let name): member = Member(kind: .manifest, name: name)
    }
    guard parts.count > 2 else { return nil }
    switch value(parts[1], MetadataLayout.idPrefix) {
    case .foreign: return nil
    case .invalid:
      (member.kind, member.id) = (.oddID, parts[1])
      return member
    case .valid(let id): member.id = id
    }
    if parts.count == 3 { return parts[2].elementsEqual(MetadataLayout.manifestFileName.utf8) ? member : nil }
    switch value(parts[2], MetadataLayout.runPrefix) {
    case .foreign: return nil
    case .invalid: (member.kind, member.run) = (.oddRun, parts[2])
    case .valid(let run):
      guard parts.count == 4, parts[3].elementsEqual(MetadataLayout.runMetadataFileName.utf8) else { return nil }
      (member.kind, member.run) = (.run, run)
    }
    return member
  }

  /// Whether a store can be asked for an object whose key anybody may have written. Parts of dots alone mean other
  /// folders to much of what requests pass through: some stores refuse them, and whoever resolved them would answer for
  /// another object.
  static func canBeAsked(for key: [UInt8]) -> Bool {
    !key.split(separator: slash).contains { part in
      part.count <= 2 && part.allSatisfy { $0 == UInt8(ascii: ".") }
    }
  }

  static let slash = UInt8(ascii: "/")

  private enum Value {
    case valid(ArraySlice<UInt8>)
    case invalid, foreign
  }

  private static func value(_ part: ArraySlice<UInt8>, _ prefix: StaticString) -> Value {
    part.withUnsafeBytes { bytes in
      let count = prefix.utf8CodeUnitCount
      guard bytes.count >= count,
        bytes.prefix(count).elementsEqual(UnsafeRawBufferPointer(start: prefix.utf8Start, count: count))
      else { return .foreign }
      let rest = UnsafeRawBufferPointer(rebasing: bytes[count...])
      guard MetadataLayout.isValidComponent(rest), rest.isUTF8 else { return .invalid }
      return .valid(part.dropFirst(count))
    }
  }

  private static func bytes(_ text: StaticString) -> [UInt8] {
    Array(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
}
