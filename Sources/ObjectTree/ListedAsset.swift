internal import ManifestModel
internal import ObjectStorage
internal import StoredTree

/// An object of a listing, without its name.
struct ListedObject {
  enum Kind: UInt8 {
    case manifest, run
    /// A folder that looks like an asset's and is none; its bytes are the id.
    case oddID
    /// A folder that looks like a run's and is none; its bytes are the run.
    case oddRun
  }

  var kind: Kind
  var id: [UInt8]
  var run: [UInt8]
  var revision: Revision

  /// Set where the id is that of the object before it.
  private static let sameID: UInt8 = 0x80

  static func append(
    _ kind: Kind, id: ArraySlice<UInt8>, run: ArraySlice<UInt8> = [], facts: ObjectFacts, to bytes: inout [UInt8]
  ) {
    let revision = Revision(facts)
    bytes.append(kind.rawValue)
    append(id, to: &bytes)
    append(run, to: &bytes)
    append(UInt64(bitPattern: revision.size), to: &bytes)
    append(UInt64(bitPattern: revision.modifiedNanoseconds), to: &bytes)
    append(UInt64(bitPattern: revision.changedNanoseconds), to: &bytes)
    append(revision.inode, to: &bytes)
  }

  private static func append(_ part: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
    // A key has a thousand bytes at most; what is longer cannot be addressed.
    let count = min(part.count, Int(UInt16.max))
    bytes.append(UInt8(count & 0xFF))
    bytes.append(UInt8(count >> 8))
    bytes += part.prefix(count)
  }

  private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
  }

  /// Reads what ``append(_:id:run:facts:to:)`` wrote.
  static func read(_ bytes: [UInt8], into objects: inout [ListedObject]) {
    bytes.withUnsafeBytes { bytes in
      var place = 0
      func part() -> [UInt8] {
        let count = Int(bytes.loadUnaligned(fromByteOffset: place, as: UInt16.self).littleEndian)
        defer { place += 2 + count }
        return Array(bytes[place + 2..<place + 2 + count])
      }
      func number() -> UInt64 {
        defer { place += 8 }
        return UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
      }
      while place < bytes.count, let kind = Kind(rawValue: bytes[place]) {
        place += 1
        let (id, run) = (part(), part())
        objects.append(
          ListedObject(
            kind: kind, id: id, run: run,
            revision: Revision(
              size: Int64(bitPattern: number()), modifiedNanoseconds: Int64(bitPattern: number()),
              changedNanoseconds: Int64(bitPattern: number()), inode: number())))
      }
    }
  }
}

/// An asset as a listing has it.
struct ListedAsset {
  var id: String
  var manifest: Revision?
  /// In the order of the bytes of their ids.
  var runs: [(id: String, revision: Revision)] = []
  var oddities: [TreeOddity] = []
  /// Whether it is no asset, but a folder that looks like one.
  var isOdd = false

  /// What stands for the revision of a folder: it tells whether anything in it was written, came or went.
  var digest: Revision {
    var bytes: [UInt8] = []
    func add(_ text: String, _ revision: Revision) {
      bytes += text.utf8
      bytes.append(0)
      for number in [
        UInt64(bitPattern: revision.size), UInt64(bitPattern: revision.modifiedNanoseconds),
        UInt64(bitPattern: revision.changedNanoseconds), revision.inode,
      ] {
        withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
      }
    }
    add("", manifest ?? .none)
    for run in runs { add(run.id, run.revision) }
    for oddity in oddities { bytes += [0, 0] + oddity.name }
    let hash = SHA256.digest(bytes)
    // Not that of a folder that nobody saw.
    return Revision(
      size: 0, modifiedNanoseconds: 1, changedNanoseconds: 1 &+ Int64(bitPattern: UInt64(hash[..<8])),
      inode: UInt64(hash[8..<16]))
  }

  /// Brings the objects of one name together by their ids, in whatever order they came. Of one that was listed twice, what
  /// was listed last counts.
  ///
  /// - Returns: assets and odd folders in the order of the bytes of their ids.
  static func gather(_ objects: [ListedObject]) -> [ListedAsset] {
    let order = objects.indices.sorted { left, right in
      let (one, other) = (objects[left], objects[right])
      if one.id != other.id { return one.id.lexicographicallyPrecedes(other.id) }
      if (one.kind == .oddID) != (other.kind == .oddID) { return other.kind == .oddID }
      if one.run != other.run { return one.run.lexicographicallyPrecedes(other.run) }
      return left < right
    }
    var assets: [ListedAsset] = []
    var former: ListedObject?
    for index in order {
      let object = objects[index]
      let isOdd = object.kind == .oddID
      if former?.id != object.id || assets.last?.isOdd != isOdd {
        assets.append(ListedAsset(id: String(decoding: object.id, as: UTF8.self)))
        former = nil
      }
      assets[assets.count - 1].add(object, isAgain: former?.kind == object.kind && former?.run == object.run)
      former = object
    }
    return assets
  }

  private mutating func add(_ object: ListedObject, isAgain: Bool) {
    switch object.kind {
    case .manifest: manifest = object.revision
    case .run:
      if isAgain { runs.removeLast() }
      runs.append((String(decoding: object.run, as: UTF8.self), object.revision))
    case .oddID:
      isOdd = true
      if !isAgain { oddities.append(TreeOddity(folder: object.id)) }
    case .oddRun: if !isAgain { oddities.append(TreeOddity(folder: object.run)) }
    }
  }
}
