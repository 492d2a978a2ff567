/// What came back.
struct HTTPResponse: Sendable {
  var status: Int
  /// The lines of the last head, as they came.
  var head: [UInt8] = []
  var body: [UInt8] = []

  /// The value of a header, without the space around it; `nil` if it is not there.
  ///
  /// - Parameter name: in lower case.
  func header(_ name: StaticString) -> [UInt8]? {
    name.withUTF8Buffer { name in
      var start = 0
      while start < head.count {
        let end = head[start...].firstIndex(of: UInt8(ascii: "\n")) ?? head.count
        if end - start > name.count, head[start + name.count] == UInt8(ascii: ":"),
          zip(head[start...], name).allSatisfy({ ($0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0) == $1 })
        {
          var value = head[start + name.count + 1..<end]
          while let byte = value.first, byte == 0x20 || byte == 0x09 { value.removeFirst() }
          while let byte = value.last, byte == 0x20 || byte == 0x09 || byte == 0x0D { value.removeLast() }
          return Array(value)
        }
        start = end + 1
      }
      return nil
    }
  }

  /// The same as text.
  func text(_ name: StaticString) -> String? { header(name).map { String(decoding: $0, as: UTF8.self) } }
}

/// Why nothing came back.
struct HTTPFault: Error, Hashable, Sendable {
  enum Kind: Sendable {
    case unresolved, unreachable, timedOut, untrusted, broken, interrupted
    /// libcurl, or what it needs, is not there.
    case unusable
  }

  var kind: Kind
  /// For people, after "because" or a colon; without anything that the request held.
  var text: String

  init(_ kind: Kind, _ text: String) {
    self.kind = kind
    self.text = text
  }
}
