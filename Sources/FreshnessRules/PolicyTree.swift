/// What stands in a policy file, in whichever form: values that know where they stand.
///
/// Every scalar is a text first; the key that it stands for says what it must mean. So `no`, `12:30`, `010` and `1e3`
/// cannot become something else.
struct PolicyTree {
  indirect enum Content {
    case text(String)
    /// `null`, which takes away what would be inherited.
    case null
    /// Nothing stands after the key.
    case empty
    case list([PolicyTree])
    case map([Member])
  }

  struct Member {
    let key: String
    /// Where the key begins, in bytes from the beginning of the file.
    let offset: Int
    let value: PolicyTree
  }

  /// Where the value begins, in bytes from the beginning of the file.
  let offset: Int
  let content: Content

  /// What kind of value it is, for a complaint.
  var kind: String {
    switch content {
    case .text: "a text"
    case .null: "null"
    case .empty: "empty"
    case .list: "a list"
    case .map: "a map of keys"
    }
  }

  /// Lists and maps inside each other.
  static let deepest = 8
}

extension PolicyTree {
  /// A tree of JSON, with its numbers and words as they were written.
  init(_ json: PlacedJSON, depth: Int = 0) throws(PlacedJSON.Complaint) {
    offset = json.origin.offset
    switch json.value {
    case .null: content = .null
    case .bool(let value): content = .text(value ? "true" : "false")
    case .number(let text), .string(let text): content = .text(text)
    case .array(let elements):
      try Self.requireShallow(depth, json)
      var list: [PolicyTree] = []
      for element in elements { list.append(try PolicyTree(element, depth: depth + 1)) }
      content = .list(list)
    case .object(let members):
      try Self.requireShallow(depth, json)
      var map: [Member] = []
      for member in members {
        let value = try PolicyTree(member.value, depth: depth + 1)
        map.append(Member(key: member.key, offset: member.origin.offset, value: value))
      }
      content = .map(map)
    }
  }

  private static func requireShallow(_ depth: Int, _ json: PlacedJSON) throws(PlacedJSON.Complaint) {
    guard depth >= deepest else { return }
    throw .init(place: json.place, message: "the nesting is deeper than \(deepest)")
  }
}

/// Finds lines and columns: both from 1, columns in bytes.
struct LineTable {
  private let starts: [Int]

  init(_ bytes: [UInt8]) {
    var starts = [0]
    for (index, byte) in bytes.enumerated() where byte == 0x0A { starts.append(index + 1) }
    self.starts = starts
  }

  func place(_ offset: Int) -> PlacedJSON.Place {
    var low = 0
    var high = starts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= offset { low = middle } else { high = middle }
    }
    return PlacedJSON.Place(line: low + 1, column: offset - starts[low] + 1)
  }
}
