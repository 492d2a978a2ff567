/// A path under construction, NUL-terminated, reused from one system call to the next.
package struct PathBuffer: ~Copyable {
  private var bytes: UnsafeMutableBufferPointer<CChar>
  private var count = 0

  package init(capacity: Int = 1024) {
    bytes = .allocate(capacity: capacity)
    bytes[0] = 0
  }

  deinit {
    bytes.deallocate()
  }

  /// The path, valid until the buffer changes.
  package var pointer: UnsafePointer<CChar> { UnsafePointer(bytes.baseAddress!) }

  /// Makes the path `prefix` + `name` + `suffix`.
  package mutating func set(_ prefix: StaticString, _ name: String, _ suffix: StaticString = "") {
    count = 0
    append(prefix)
    append(name)
    append(suffix)
  }

  package mutating func set(_ path: StaticString) {
    count = 0
    append(path)
  }

  package mutating func append(_ text: StaticString) {
    append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  package mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
  }

  package mutating func append(_ text: UnsafeRawBufferPointer) {
    if count + text.count + 1 > bytes.count {
      let larger = UnsafeMutableBufferPointer<CChar>.allocate(capacity: (count + text.count + 1) * 2)
      _ = larger.update(fromContentsOf: bytes[..<count])
      bytes.deallocate()
      bytes = larger
    }
    UnsafeMutableRawBufferPointer(bytes)[count...].copyBytes(from: text)
    count += text.count
    bytes[count] = 0
  }
}

extension PathBuffer {
  package mutating func append(_ text: [UInt8]) {
    text.withUnsafeBytes { append($0) }
  }
}
