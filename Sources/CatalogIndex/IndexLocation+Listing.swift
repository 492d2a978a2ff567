package import StoredTree

#if canImport(Glibc)
  import Glibc
#endif

/// What is known of the last whole listing of a tree on another host: a line in a file beside the index.
///
/// It makes listings faster and no answer different. So it may go at any time, and what is not as it is written here
/// counts as not there.
extension IndexLocation {
  /// The longest line: a word, three numbers, and a word.
  private static let mostBytes = 128

  /// - Parameter identity: the tree's; what is known of another one is not given.
  package func listingMemory(of identity: TreeIdentity) -> ListingMemory? {
    let descriptor = open(listingPath, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    let bytes = [UInt8](unsafeUninitializedCapacity: Self.mostBytes) { buffer, count in
      count = max(0, read(descriptor, buffer.baseAddress, buffer.count))
    }
    guard bytes.count < Self.mostBytes, bytes.last == UInt8(ascii: "\n") else { return nil }
    let line = String(decoding: bytes.dropLast(), as: UTF8.self)
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 5, words[0] == "1", UInt64(words[1], radix: 16) == identity.device,
      UInt64(words[2], radix: 16) == identity.inode, let objects = Int(words[3]), objects >= 0,
      let order = ListingMemory.Order(rawValue: String(words[4]))
    else { return nil }
    return ListingMemory(objects: objects, order: order)
  }

  /// Replaces what is known; it is forgotten where it cannot be written.
  ///
  /// The caller has the lock of all reconciles.
  package func keep(_ memory: ListingMemory, of identity: TreeIdentity) {
    try? Files.remove(listingPath)
    guard let descriptor = try? IndexRights.openNew(listingPath, .lock, of: self) else { return }
    defer { close(descriptor) }
    let device = String(identity.device, radix: 16)
    let inode = String(identity.inode, radix: 16)
    let line = Array("1 \(device) \(inode) \(memory.objects) \(memory.order.rawValue)\n".utf8)
    // A part of it has no end, and is not read.
    _ = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
  }
}
