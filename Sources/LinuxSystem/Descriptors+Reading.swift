internal import Glibc

extension Descriptors {
  /// Reads what there is, at most as much as there is room for; after a signal again.
  ///
  /// - Returns: how many bytes; 0 at the end.
  package static func read(
    _ descriptor: Int32, into room: UnsafeMutableRawBufferPointer
  ) throws(SystemError) -> Int {
    while true {
      let count = Glibc.read(descriptor, room.baseAddress, room.count)
      if count >= 0 { return count }
      if errno != EINTR { throw .latest }
    }
  }

  /// Reads to the end, a part at a time.
  ///
  /// - Parameters:
  ///   - size: the most bytes of a part.
  ///   - take: gets each part; `false` ends the reading.
  package static func readAll<E: Error>(
    _ descriptor: Int32, inPartsOf size: Int = 1 << 16, failing: (SystemError) -> E,
    _ take: (UnsafeRawBufferPointer) throws(E) -> Bool
  ) throws(E) {
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 1)
    defer { room.deallocate() }
    while true {
      let count: Int
      do throws(SystemError) { count = try read(descriptor, into: room) } catch { throw failing(error) }
      guard count > 0, try take(UnsafeRawBufferPointer(rebasing: room[..<count])) else { return }
    }
  }

  /// The bytes to the end. What is longer than a limit is not read on: more bytes than the limit come back.
  package static func bytes(of descriptor: Int32, limit: Int) throws(SystemError) -> [UInt8] {
    var bytes: [UInt8] = []
    try readAll(descriptor, failing: { $0 }) { part throws(SystemError) in
      bytes.append(contentsOf: part)
      return bytes.count <= limit
    }
    return bytes
  }
}
