/// Comparison by bytes, as the file system and SQLite compare: Swift's own operators merge spellings that Unicode calls
/// equal.
extension String {
  /// Calls a closure with the UTF-8 of the string, which is copied only where it is not at hand.
  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    if let result = utf8.withContiguousStorageIfAvailable({ body(UnsafeRawBufferPointer($0)) }) { return result }
    return Array(utf8).withUnsafeBytes(body)
  }

  /// Whether both are the same bytes.
  package func hasSameBytes(as other: String) -> Bool {
    guard utf8.count == other.utf8.count else { return false }
    return withBytes { left in other.withBytes { right in left.firstDifference(from: right) == nil } }
  }

  /// Whether this comes before `other` in the order of their bytes.
  package func precedesInBytes(_ other: String) -> Bool {
    withBytes { left in
      other.withBytes { right in
        guard let place = left.firstDifference(from: right) else { return left.count < right.count }
        return left[place] < right[place]
      }
    }
  }
}

extension String? {
  /// Whether both are the same bytes, or both missing.
  package func hasSameBytes(as other: String?) -> Bool {
    switch (self, other) {
    case (nil, nil): true
    case (let text?, let other?): text.hasSameBytes(as: other)
    default: false
    }
  }
}

extension UnsafeRawBufferPointer {
  /// Whether another buffer, which is not shorter, begins with these bytes.
  func isPrefix(of other: UnsafeRawBufferPointer) -> Bool {
    firstDifference(from: other) == nil
  }

  /// Where two buffers first differ in the bytes that both have.
  fileprivate func firstDifference(from other: UnsafeRawBufferPointer) -> Int? {
    let shared = Swift.min(count, other.count)
    var place = 0
    while place + 8 <= shared {
      let difference =
        UInt64(littleEndian: loadUnaligned(fromByteOffset: place, as: UInt64.self))
        ^ UInt64(littleEndian: other.loadUnaligned(fromByteOffset: place, as: UInt64.self))
      if difference != 0 { return place + difference.trailingZeroBitCount >> 3 }
      place += 8
    }
    while place < shared {
      if self[place] != other[place] { return place }
      place += 1
    }
    return nil
  }
}

extension String {
  /// What all names begin with that this matches as a GLOB, and all that they are where that is the whole of it.
  package var globLiteral: Substring.UTF8View {
    utf8.prefix { $0 != UInt8(ascii: "*") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "[") }
  }
}

extension [String] {
  /// Whether both are the same bytes, text by text.
  package func hasSameTexts(as other: [String]?) -> Bool {
    guard let other, count == other.count else { return false }
    return zip(self, other).allSatisfy { $0.hasSameBytes(as: $1) }
  }
}
