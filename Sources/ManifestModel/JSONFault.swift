/// Where and why a document stopped being JSON.
package struct JSONFault: Error, BitwiseCopyable {
  package enum Reason: UInt8, BitwiseCopyable {
    case truncated, trailing, key, colon, memberEnd, elementEnd, value, control, escape, encoding, tooDeep
  }

  package let reason: Reason
  /// The number of bytes before the place.
  package let offset: Int

  init(_ reason: Reason, offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  /// Whether the document was fine as far as it went.
  package var isTruncation: Bool { reason == .truncated }
}

extension ManifestDecodingError {
  /// The sentence for a fault in a document, with the line and the byte of the place, both counted from 1.
  init(_ fault: JSONFault, in bytes: UnsafeRawBufferPointer) {
    let wrong: String
    switch fault.reason {
    case .truncated:
      self.init(
        .invalidJSON,
        bytes.isEmpty ? "The file is empty." : "The file ends after \(bytes.count) bytes, in mid-document.")
      return
    case .trailing: wrong = "more text after the end of the document"
    case .key: wrong = "no key in quotation marks where one must be"
    case .colon: wrong = "no colon after a key"
    case .memberEnd: wrong = "neither a comma nor a closing brace after a member"
    case .elementEnd: wrong = "neither a comma nor a closing bracket after an element"
    case .value where fault.offset == 0 && (bytes[0] >= 0x80 || bytes[0] == 0):
      wrong = "a byte-order mark, or another encoding than UTF-8"
    case .value: wrong = "no JSON value where one must be"
    case .control: wrong = "a control character in a string"
    case .escape: wrong = "an escape that JSON does not know"
    case .encoding: wrong = "bytes that are not UTF-8"
    case .tooDeep: wrong = "nesting deeper than \(JSONReader.deepestSkipped) levels, which is the limit"
    }
    let before = bytes.prefix(fault.offset)
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let kind = fault.reason == .tooDeep ? Kind.tooLarge : .invalidJSON
    self.init(kind, "Line \(line), byte \(fault.offset + 1) of the file: \(wrong).", isDamage: kind == .invalidJSON)
  }
}
