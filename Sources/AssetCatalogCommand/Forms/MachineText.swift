import AssetCatalog
import ManifestModel

/// The spellings that programs read: JSON values, ISO-8601 times, exact seconds.
extension ByteSink {
  /// A JSON string. Beside what JSON demands, everything hazardous is escaped, as `\uXXXX`.
  mutating func appendJSON(_ text: String) {
    append(UInt8(ascii: "\""))
    let unescaped: Bool = HazardousText.withBytes(of: text) { bytes in
      bytes.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }
    }
    if unescaped { append(text) } else { appendEscaped(text) }
    append(UInt8(ascii: "\""))
  }

  private mutating func appendEscaped(_ text: String) {
    HazardousText.withBytes(of: text) { bytes in
      var start = 0
      var index = 0
      while index < bytes.count {
        let length = HazardousText.length(in: bytes, at: index)
        let byte = bytes[index]
        guard length > 0 || byte == 0x22 || byte == 0x5C else {
          index += 1
          continue
        }
        append(UnsafeBufferPointer(rebasing: bytes[start..<index]))
        switch byte {
        case 0x22: append("\\\"")
        case 0x5C: append("\\\\")
        case 0x0A: append("\\n")
        case 0x0D: append("\\r")
        case 0x09: append("\\t")
        default: appendUnicodeEscape(HazardousText.codePoint(in: bytes, at: index, length: length))
        }
        index += max(length, 1)
        start = index
      }
      append(UnsafeBufferPointer(rebasing: bytes[start..<bytes.count]))
    }
  }

  private mutating func appendUnicodeEscape(_ point: UInt32) {
    append("\\u")
    for shift in [12, 8, 4, 0] as [UInt32] {
      let digit = UInt8(truncatingIfNeeded: point >> shift & 0xF)
      append(digit < 10 ? 0x30 + digit : 0x57 + digit)
    }
  }

  /// A JSON value.
  mutating func appendJSON(_ cell: Cell) {
    switch cell {
    case .null: append("null")
    case .text(let text): appendJSON(text)
    case .remarked(let text, _), .worded(let text, _): appendJSON(.text(text))
    case .integer(let number), .milliseconds(let number): append(number)
    case .real(let number), .share(let number), .goal(let number): appendJSON(number)
    case .flag(let flag): append(flag ? "true" : "false")
    case .time(let time):
      append(UInt8(ascii: "\""))
      append(time)
      append(UInt8(ascii: "\""))
    case .span(let microseconds), .balance(let microseconds): append(seconds: microseconds)
    case .texts(let texts):
      append(UInt8(ascii: "["))
      for (index, text) in texts.enumerated() {
        if index > 0 { append(UInt8(ascii: ",")) }
        appendJSON(text)
      }
      append(UInt8(ascii: "]"))
    case .counts(let counts): appendJSON(counts.map { Cell.Field($0.key, .integer($0.count)) })
    case .record(let fields): appendJSON(fields)
    case .records(let records):
      append(UInt8(ascii: "["))
      for (index, fields) in records.enumerated() {
        if index > 0 { append(UInt8(ascii: ",")) }
        appendJSON(fields)
      }
      append(UInt8(ascii: "]"))
    }
  }

  /// A JSON object.
  mutating func appendJSON(_ fields: [Cell.Field]) {
    append(UInt8(ascii: "{"))
    for (index, field) in fields.enumerated() {
      if index > 0 { append(UInt8(ascii: ",")) }
      appendJSON(field.key)
      append(UInt8(ascii: ":"))
      appendJSON(field.value)
    }
    append(UInt8(ascii: "}"))
  }

  /// The shortest number that reads back as this one; JSON has no spelling for what is not finite.
  private mutating func appendJSON(_ number: Double) {
    append(number.isFinite ? "\(number)" : "null")
  }

  /// Microseconds as a decimal number of seconds, exactly.
  mutating func append(seconds microseconds: Int64) {
    if microseconds < 0 { append(UInt8(ascii: "-")) }
    let magnitude = microseconds.magnitude
    append(digitsOf: magnitude / 1_000_000)
    var fraction = magnitude % 1_000_000
    guard fraction > 0 else { return }
    append(UInt8(ascii: "."))
    var unit: UInt64 = 100_000
    while fraction > 0 {
      append(0x30 + UInt8(truncatingIfNeeded: fraction / unit))
      fraction %= unit
      unit /= 10
    }
  }
}

/// The text of a cell for programs that read text, in CSV.
extension Cell {
  var machineText: String {
    var sink = ByteSink(descriptor: nil)
    switch self {
    case .null: return ""
    case .text(let text): return text
    case .remarked(let text, _), .worded(let text, _): return text ?? ""
    case .time(let time): return time.description
    default: sink.appendJSON(self)
    }
    return String(decoding: sink.bytes, as: UTF8.self)
  }
}
