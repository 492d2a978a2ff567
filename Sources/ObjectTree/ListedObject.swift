internal import ObjectStorage
internal import StoredTree

/// An object of a listing, without its name.
struct ListedObject {
  var kind: ObjectKey.Member.Kind
  var id: ArraySlice<UInt8>
  var run: ArraySlice<UInt8>
  var revision: Revision

  init(_ member: ObjectKey.Member, _ facts: ObjectFacts) {
    (kind, id, run, revision) = (member.kind, member.id, member.run, Revision(facts))
  }

  private init(kind: ObjectKey.Member.Kind, id: ArraySlice<UInt8>, run: ArraySlice<UInt8>, revision: Revision) {
    (self.kind, self.id, self.run, self.revision) = (kind, id, run, revision)
  }

  /// Writes it after others.
  func append(to bytes: inout [UInt8]) {
    bytes.append(kind.rawValue)
    Self.append(id, to: &bytes)
    Self.append(run, to: &bytes)
    revision.append(to: &bytes)
  }

  private static func append(_ part: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
    // A key has a thousand bytes at most; what is longer cannot be addressed.
    let count = min(part.count, Int(UInt16.max))
    bytes.append(UInt8(count & 0xFF))
    bytes.append(UInt8(count >> 8))
    bytes += part.prefix(count)
  }

  /// Reads what ``append(to:)`` wrote.
  static func read(_ bytes: ArraySlice<UInt8>, into objects: inout [ListedObject]) {
    bytes.withUnsafeBytes { raw in
      var place = 0
      func part() -> ArraySlice<UInt8> {
        let count = Int(raw.loadUnaligned(fromByteOffset: place, as: UInt16.self).littleEndian)
        defer { place += 2 + count }
        let start = bytes.startIndex + place + 2
        return bytes[start..<start + count]
      }
      func number() -> UInt64 {
        defer { place += 8 }
        return UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: place, as: UInt64.self))
      }
      while place < raw.count, let kind = ObjectKey.Member.Kind(rawValue: raw[place]) {
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

extension Revision {
  /// Writes its numbers after other bytes.
  func append(to bytes: inout [UInt8]) {
    for number in [
      UInt64(bitPattern: size), UInt64(bitPattern: modifiedNanoseconds), UInt64(bitPattern: changedNanoseconds), inode,
    ] {
      withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
    }
  }
}
