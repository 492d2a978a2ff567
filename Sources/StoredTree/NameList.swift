internal import Glibc

/// Names of folders in one block of memory: a million of them take no more than their bytes and eight for each, and are
/// sorted without a reference to any.
///
/// Each is UTF-8, not empty, and made a `String` when it is asked for.
package struct NameList: RandomAccessCollection, Sendable {
  private var bytes: [UInt8] = []
  /// Where each begins, and in the low bits how many bytes it has: a name in Linux has 255 at most.
  private var places: [UInt64] = []
  private static let countBits: UInt64 = 16

  package init() {}

  package var startIndex: Int { 0 }
  package var endIndex: Int { places.count }

  package subscript(index: Int) -> String {
    let (start, count) = Self.range(places[index])
    return String(decoding: bytes[start..<start + count], as: UTF8.self)
  }

  /// - Returns: whether it was taken in; otherwise it is empty, or not UTF-8.
  package mutating func append(_ name: UnsafeRawBufferPointer) -> Bool {
    guard !name.isEmpty, name.isUTF8 else { return false }
    places.append(UInt64(bytes.count) << Self.countBits | UInt64(name.count))
    bytes.append(contentsOf: name)
    return true
  }

  /// Puts the names into the order of their bytes.
  package mutating func sort() {
    guard places.count > 1 else { return }
    bytes.withUnsafeBytes { bytes in
      let base = bytes.baseAddress!
      places.sort { left, right in
        let (left, right) = (Self.range(left), Self.range(right))
        let order = memcmp(base + left.start, base + right.start, Swift.min(left.count, right.count))
        return order == 0 ? left.count < right.count : order < 0
      }
    }
  }

  private static func range(_ place: UInt64) -> (start: Int, count: Int) {
    (Int(place >> countBits), Int(place & (1 << countBits - 1)))
  }
}

extension UnsafeRawBufferPointer {
  /// Whether these bytes are a text.
  package var isUTF8: Bool {
    allSatisfy { $0 < 0x80 } || String(validating: self, as: UTF8.self) != nil
  }
}
