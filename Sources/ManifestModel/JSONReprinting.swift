extension JSONWriter {
  /// The longest value that is printed again: indentation can make it some hundred times as long.
  private static let longestReprinted = 64 << 10
  /// In a document that is longer already, nothing is printed again.
  private static let longestDocument = 1 << 20

  /// Writes a field that no model knows, as Python's `json.dumps` would print its value after reading it, except that
  /// numbers keep their spelling.
  ///
  /// A value that is long, or that nests deeper than ``JSONReader/deepest``, is copied byte for byte instead: every
  /// reader takes the same from it. The field is left out where its value is not one JSON value, or nests deeper than
  /// can be read.
  mutating func field(_ field: JSONField) {
    field.rawValue.withUnsafeBufferPointer { value in
      guard let start = value.baseAddress, !value.isEmpty else { return }
      var reader = JSONReader(start: start, count: value.count, depth: depth)
      reader.skipWhitespace()
      let first = reader
      do throws(JSONFault) {
        _ = try reader.skipValue()
        try reader.finish()
      } catch {
        if error.reason == .tooDeep { copy(field, from: start, count: value.count) }
        return
      }
      if value.count > Self.longestReprinted || bytes.count > Self.longestDocument {
        return copy(field, from: start, count: value.count)
      }
      key(wide: field.wideKey)
      reader = first
      // Checked above: nothing can be thrown on the second reading.
      try? copyValue(from: &reader)
    }
  }

  /// Writes a field with the bytes of its value as they are.
  private mutating func copy(_ field: JSONField, from start: UnsafePointer<UInt8>, count: Int) {
    var reader = JSONReader(start: start, count: count, depth: depth, limit: JSONReader.deepestSkipped)
    reader.skipWhitespace()
    let first = reader.cursor
    guard (try? reader.skipValue()) != nil else { return }
    let value = UnsafeBufferPointer(start: first, count: reader.cursor - first)
    guard (try? reader.finish()) != nil else { return }
    key(wide: field.wideKey)
    append(value)
  }

  private mutating func copyValue(from reader: inout JSONReader) throws(JSONFault) {
    switch try reader.peek() {
    case UInt8(ascii: "\""):
      let spelling = try reader.scanText()
      if spelling.isPlain {
        text(spelling.bytes)
      } else {
        spelling.wideBytes().withUnsafeBufferPointer { text($0) }
      }
    case UInt8(ascii: "["):
      open("[")
      if try reader.enterArray() {
        repeat {
          element()
          try copyValue(from: &reader)
        } while try reader.nextElement()
      }
      close("]")
    case UInt8(ascii: "{"): try copyObject(from: &reader)
    default:
      let first = reader.cursor
      _ = try reader.skipValue()
      append(UnsafeBufferPointer(start: first, count: reader.cursor - first))
    }
  }

  /// Copies an object; of equal keys the first keeps its place and the last its value, as in a `dict`.
  private mutating func copyObject(from reader: inout JSONReader) throws(JSONFault) {
    var members: [(key: [UInt8], value: JSONReader)] = []
    var places: [[UInt8]: Int] = [:]
    if try reader.enterObject() {
      repeat {
        let key = try reader.readKey().wideBytes()
        if let place = places[key] {
          members[place].value = reader
        } else {
          places[key] = members.count
          members.append((key, reader))
        }
        _ = try reader.skipValue()
      } while try reader.nextMember()
    }
    open("{")
    for member in members {
      key(wide: member.key)
      var value = member.value
      try copyValue(from: &value)
    }
    close("}")
  }
}
