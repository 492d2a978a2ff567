/// Reads a policy tree from YAML.
///
/// Anchors, aliases, merge keys and tags are refused: they make a small file large, and a short one hard to read.
/// Complaints that leave the rest readable are collected; the others end the reading.
struct YAMLReader {
  private var complaints = PolicyComplaints()
  private let bytes: [UInt8]
  private let lines: LineTable
  private var characters: CharacterOffsets

  /// Why nothing can be read from here on.
  private struct End: Error {}

  /// The tree of a text in UTF-8; `nil` where it cannot be read to its end.
  static func read(_ bytes: [UInt8]) -> (tree: PolicyTree?, complaints: PolicyComplaints) {
    var reader = YAMLReader(bytes)
    let tree = try? reader.document()
    return (tree, reader.complaints)
  }

  private init(_ bytes: [UInt8]) {
    self.bytes = bytes
    lines = LineTable(bytes)
    characters = CharacterOffsets(bytes)
  }

  private mutating func document() throws(End) -> PolicyTree {
    var parser = YAMLParser(Array(bytes.dropFirst(characters.markLength)))
    var tree: PolicyTree?
    while true {
      let event = try next(&parser)
      switch event.kind {
      case .end:
        if let tree { return tree }
        throw end(0, "the file holds no policy; write at least a line such as max_age: 24h")
      case .documentStart:
        let offset = characters.offset(event.index)
        if event.hasTag { throw end(offset, "tags mean nothing here; leave out the line %TAG") }
        if tree != nil { throw end(offset, "a policy is one document; remove what begins with this ---") }
      case .other: break
      default: tree = try value(event, &parser, depth: 0)
      }
    }
  }

  private mutating func next(_ parser: inout YAMLParser) throws(End) -> YAMLParser.Event {
    do {
      return try parser.next()
    } catch {
      throw explain(error)
    }
  }

  private mutating func end(_ offset: Int, _ message: String) -> End {
    complaints.add(offset, message)
    return End()
  }

  private mutating func value(
    _ event: YAMLParser.Event, _ parser: inout YAMLParser, depth: Int
  ) throws(End) -> PolicyTree {
    let offset = characters.offset(event.index)
    if event.hasAnchor { complaints.add(offset, advice(offset, "anchors mean nothing here")) }
    if event.hasTag { complaints.add(offset, advice(offset, "tags mean nothing here")) }
    switch event.kind {
    case .scalar(let text, let isPlain):
      if isPlain, text.isEmpty { return PolicyTree(offset: offset, content: .empty) }
      return PolicyTree(offset: offset, content: isPlain && text == "null" ? .null : .text(text))
    case .alias:
      complaints.add(offset, advice(offset, nil))
      return PolicyTree(offset: offset, content: .null)
    case .listStart, .mapStart:
      guard depth < PolicyTree.deepest else {
        throw end(offset, "the nesting is deeper than \(PolicyTree.deepest)")
      }
      if case .listStart = event.kind {
        return PolicyTree(offset: offset, content: .list(try list(&parser, depth: depth)))
      }
      return PolicyTree(offset: offset, content: .map(try map(&parser, depth: depth)))
    default: throw end(offset, "a value is expected here")
    }
  }

  private mutating func list(_ parser: inout YAMLParser, depth: Int) throws(End) -> [PolicyTree] {
    var elements: [PolicyTree] = []
    while true {
      let event = try next(&parser)
      if case .listEnd = event.kind { return elements }
      elements.append(try value(event, &parser, depth: depth + 1))
    }
  }

  private mutating func map(_ parser: inout YAMLParser, depth: Int) throws(End) -> [PolicyTree.Member] {
    var members: [PolicyTree.Member] = []
    // As bytes: two spellings of a letter are two keys.
    var known: [[UInt8]: Int] = [:]
    while true {
      let event = try next(&parser)
      if case .mapEnd = event.kind { return members }
      let key = try value(event, &parser, depth: depth + 1)
      let member = try value(try next(&parser), &parser, depth: depth + 1)
      guard case .text(let name) = key.content else {
        complaints.add(key.offset, "a key is a word, but this is \(key.kind)")
        continue
      }
      if name == "<<" {
        complaints.add(key.offset, "merge keys mean nothing here; write the keys themselves")
      } else if let first = known.updateValue(key.offset, forKey: Array(name.utf8)) {
        let line = lines.place(first).line
        complaints.add(
          key.offset, "the key \(quoted(name)) stands here a second time (first in line \(line)); keep one of them")
        known[Array(name.utf8)] = first
      } else {
        members.append(PolicyTree.Member(key: name, offset: key.offset, value: member))
      }
    }
  }
}

extension YAMLReader {
  /// What is wrong where libyaml gives up, in words that say what to write.
  private mutating func explain(_ failure: YAMLParser.Failure) -> End {
    if let offset = failure.byteOffset {
      return end(offset + characters.markLength, "a control character stands here; remove it")
    }
    let offset = min(characters.offset(failure.index), bytes.count)
    if let begin = failure.contextIndex {
      let start = characters.offset(begin)
      if start < bytes.count, "*&!%".utf8.contains(bytes[start]), !failure.context.contains("mapping") {
        if let bracket = bracketBefore(start) { return end(bracket, Self.bracketAdvice) }
        return end(start, advice(start, nil))
      }
      if failure.context.contains("quoted scalar") { return end(start, "the quotes that begin here are never closed") }
    }
    let byte = offset < bytes.count ? bytes[offset] : 0x0A
    if byte == 0x09 { return end(offset, "a tab cannot stand here; indent with spaces") }
    if failure.problem.contains("cannot start any token"), byte >= 0x20 { return end(offset, advice(offset, nil)) }
    if failure.problem.contains("mapping values are not allowed") {
      return end(offset, "a colon cannot stand here; put a text that holds ': ' in quotes, and check the indentation")
    }
    if let bracket = bracketBefore(offset) { return end(bracket, Self.bracketAdvice) }
    return end(offset, "this is not YAML: \(failure.problem); check the indentation and the quotes")
  }

  private static let bracketAdvice = "a value that begins with [ is a list; a pattern that does must stand in quotes"

  /// Where a list begins that a text follows on the same line, as in `name: [a-z]*`.
  private func bracketBefore(_ offset: Int) -> Int? {
    let start = lineStart(offset)
    let line = bytes[start..<lineEnd(start)]
    guard let open = line.firstIndex(of: UInt8(ascii: "[")), open > start,
      bytes[open - 1] == 0x20, let close = line[open...].firstIndex(of: UInt8(ascii: "]")),
      close + 1 < line.endIndex, bytes[close + 1] > 0x20, bytes[close + 1] != UInt8(ascii: ",")
    else { return nil }
    return open
  }

  private func lineStart(_ offset: Int) -> Int {
    bytes[..<min(offset, bytes.count)].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
  }

  private func lineEnd(_ offset: Int) -> Int {
    bytes[offset...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.count
  }

  /// How a value must be written that begins with a character which means something in YAML.
  private func advice(_ offset: Int, _ reason: String?) -> String {
    // That may take as long as the file is long.
    if complaints.isFull { return "" }
    var value = bytes[offset..<lineEnd(offset)]
    let before = bytes[lineStart(offset)..<offset]
    let isInline = before.contains { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{") }
    if isInline, let end = value.firstIndex(where: { ",]}".utf8.contains($0) }) { value = value[..<end] }
    // A comment begins with a space and a hash.
    if let comment = zip(value.indices, value.indices.dropFirst()).first(where: {
      value[$0.0] == 0x20 && value[$0.1] == UInt8(ascii: "#")
    }) {
      value = value[..<comment.0]
    }
    while let last = value.last, last <= 0x20 { value = value.dropLast() }
    let first = value.first.map { String(Unicode.Scalar($0)) } ?? "*"
    let text = String(decoding: value, as: UTF8.self)
    let quotes = text.contains("\"") ? "'" : "\""
    var example = quotes + text + quotes
    if !isInline {
      let key = String(decoding: before.drop { $0 <= 0x20 || $0 == UInt8(ascii: "-") }, as: UTF8.self)
      example = key + example
    }
    if text.utf8.count > 100 || text.contains(quotes) || example.unicodeScalars.contains(where: \.acts) {
      example = "put quotes around it"
    }
    let why = reason.map { " (\($0))" } ?? ""
    return "a value that begins with \(first) must stand in quotes\(why): \(example)"
  }
}

/// Finds the byte at which a character begins. Quick where each is asked for after the one before.
private struct CharacterOffsets {
  /// The bytes of the byte order mark that the text begins with: 3 or none. It is no character of the text.
  let markLength: Int
  private let bytes: [UInt8]
  private var index = 0
  private var position: Int

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    markLength = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    position = markLength
  }

  mutating func offset(_ wanted: Int) -> Int {
    if wanted < index { (index, position) = (0, markLength) }
    while index < wanted, position < bytes.count {
      position += 1
      while position < bytes.count, bytes[position] & 0xC0 == 0x80 { position += 1 }
      index += 1
    }
    return position
  }
}
