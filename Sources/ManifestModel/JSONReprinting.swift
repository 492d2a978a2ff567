extension JSONWriter {
  /// Writes a field that no model knows, as Python's `json.dumps` would print its value after reading it, except that
  /// numbers keep their spelling.
  ///
  /// The field is left out where its value is not one JSON value, or nests too deep for the place where it would stand.
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
        return
      }
      key(wide: field.wideKey)
      reader = first
      // Checked above: nothing can be thrown on the second reading.
      try? copyValue(from: &reader)
    }
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
