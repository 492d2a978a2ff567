/// A POSIX access control list, as the kernel stores it (acl(5), linux/posix_acl_xattr.h).
struct AccessList {
  private struct Entry {
    var tag: UInt16
    var rights: UInt16
    var id: UInt32
  }

  private enum Tag {
    static let owner: UInt16 = 1
    static let user: UInt16 = 2
    static let owningGroup: UInt16 = 4
    static let group: UInt16 = 8
    static let mask: UInt16 = 16
    static let others: UInt16 = 32
  }

  private static let version: [UInt8] = [2, 0, 0, 0]
  private static let nobody = UInt32.max
  private var entries: [Entry] = []

  /// - Returns: `nil` for bytes that are no list of the version that is known.
  init?(_ bytes: [UInt8]) {
    guard bytes.starts(with: Self.version), bytes.count % 8 == 4 else { return nil }
    func number(_ start: Int, _ count: Int) -> UInt32 {
      bytes[start..<(start + count)].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
    for start in stride(from: 4, to: bytes.count, by: 8) {
      entries.append(
        Entry(
          tag: UInt16(number(start, 2)), rights: UInt16(number(start + 2, 2)), id: number(start + 4, 4)))
    }
  }

  var bytes: [UInt8] {
    entries.sorted { ($0.tag, $0.id) < ($1.tag, $1.id) }.reduce(into: Self.version) { bytes, entry in
      for part in [UInt32(entry.tag) | UInt32(entry.rights) << 16, entry.id] {
        for shift in stride(from: UInt32(0), to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: part >> shift)) }
      }
    }
  }

  /// The list of a file that has another owner or group by now, with the same rights for the same people: who owned it
  /// is named, and who belongs to the new group gets no more than everybody.
  ///
  /// - Parameters:
  ///   - owner: who owned it, if that is another now.
  ///   - group: likewise.
  func handedOver(from owner: UInt32?, _ group: UInt32?) -> AccessList {
    var result = self
    let mask = rights(of: Tag.mask) ?? 7
    // The mask bounded all but the owner; it gets wider, so that each entry has to be bounded by itself.
    for index in result.entries.indices where [Tag.user, Tag.owningGroup, Tag.group].contains(entries[index].tag) {
      result.entries[index].rights &= mask
    }
    if let owner { result.name(Tag.user, owner, rights(of: Tag.owner) ?? 0) }
    if let group {
      let former = (rights(of: Tag.owningGroup) ?? 0) & mask
      result.name(Tag.group, group, former)
      for index in result.entries.indices where result.entries[index].tag == Tag.owningGroup {
        result.entries[index].rights = former & (rights(of: Tag.others) ?? 0)
      }
    }
    let bounded = result.entries.filter { [Tag.user, Tag.owningGroup, Tag.group].contains($0.tag) }
    result.entries.removeAll { $0.tag == Tag.mask }
    result.entries.append(Entry(tag: Tag.mask, rights: bounded.reduce(0) { $0 | $1.rights }, id: Self.nobody))
    return result
  }

  private func rights(of tag: UInt16) -> UInt16? { entries.first { $0.tag == tag }?.rights }

  private mutating func name(_ tag: UInt16, _ id: UInt32, _ rights: UInt16) {
    if let index = entries.firstIndex(where: { $0.tag == tag && $0.id == id }) {
      entries[index].rights |= rights
    } else {
      entries.append(Entry(tag: tag, rights: rights, id: id))
    }
  }
}
