/// The text of a statement that is made once, while the program runs, and then stays where it is: as of a literal, its
/// address stands for what it says.
package struct StatementText: Sendable {
  nonisolated(unsafe) let start: UnsafePointer<UInt8>
  let count: Int

  package init(_ literal: StaticString) {
    start = literal.utf8Start
    count = literal.utf8CodeUnitCount
  }

  /// Keeps the text until the program ends, so that this is for constants alone.
  package init(keeping text: String) {
    let bytes = Array(text.utf8)
    let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
    _ = copy.initialize(from: bytes)
    start = UnsafePointer(copy.baseAddress!)
    count = bytes.count
  }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }
}

extension StatementText: CustomStringConvertible {
  package var description: String { String(decoding: bytes, as: UTF8.self) }
}
