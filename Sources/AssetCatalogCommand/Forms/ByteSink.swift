import Glibc
import LinuxSystem
import ManifestModel

/// Where a form puts its bytes: one buffer that is used again and again, emptied by large writes.
///
/// Appending never fails and never makes a system call; ``drainIfFull()`` after each row does both. So an answer of a
/// million rows never lives in memory as text.
struct ByteSink: ~Copyable {
  /// The bytes that were appended and not yet written.
  private(set) var bytes: [UInt8] = []
  private let descriptor: Int32?
  private let threshold: Int

  /// A sink that writes to a descriptor whenever `threshold` bytes have gathered.
  ///
  /// Without a descriptor everything stays in ``bytes``.
  init(descriptor: Int32?, threshold: Int = 1 << 17) {
    self.descriptor = descriptor
    self.threshold = threshold
    if descriptor != nil { bytes.reserveCapacity(threshold + 4096) }
  }

  /// Takes from the file what rights it gives beyond some permission bits.
  func limitRights(to mode: UInt32) {
    guard let descriptor, let status = try? FileStatus.of(descriptor) else { return }
    fchmod(descriptor, status.mode & 0o7777 & mode)
  }

  mutating func append(_ byte: UInt8) {
    bytes.append(byte)
  }

  mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  mutating func append(_ text: String) {
    bytes.append(contentsOf: text.utf8)
  }

  mutating func append(_ run: UnsafeBufferPointer<UInt8>) {
    bytes.append(contentsOf: run)
  }

  mutating func append(_ number: Int64) {
    if number < 0 { append(UInt8(ascii: "-")) }
    append(digitsOf: number.magnitude)
  }

  mutating func append(digitsOf number: UInt64) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { room in
      var place = room.count
      var rest = number
      repeat {
        place -= 1
        room[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      } while rest > 0
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: room[place...]))
    }
  }

  mutating func append(_ time: Timestamp) {
    withUnsafeTemporaryAllocation(byteCount: Timestamp.longestText, alignment: 1) { room in
      let count = time.write(to: room)
      bytes.append(contentsOf: room[..<count])
    }
  }

  mutating func append(spaces count: Int) {
    guard count > 0 else { return }
    bytes.append(contentsOf: repeatElement(0x20, count: count))
  }

  /// Writes what has gathered, if it is much.
  mutating func drainIfFull() throws(OutputError) {
    if bytes.count >= threshold { try drain() }
  }

  /// Writes what has gathered.
  mutating func drain() throws(OutputError) {
    guard let descriptor, !bytes.isEmpty else { return }
    defer { bytes.removeAll(keepingCapacity: true) }
    var failure: Int32 = 0
    bytes.withUnsafeBytes { all in
      var rest = all[...]
      while !rest.isEmpty {
        let written = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if written >= 0 {
          rest = rest.dropFirst(written)
        } else if errno == EAGAIN {
          var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          _ = poll(&waiting, 1, -1)
        } else if errno != EINTR {
          failure = errno
          return
        }
      }
    }
    if failure != 0 { throw OutputError(errno: failure) }
  }
}
