internal import Glibc

/// A path under construction, NUL-terminated, reused from one system call to the next.
///
/// It changes behind a pointer, so that its owner need not prove for each call that nobody else is at it.
package struct PathBuffer: ~Copyable {
  private struct State {
    var bytes: UnsafeMutableBufferPointer<CChar>
    var count: Int
  }

  private let state: UnsafeMutablePointer<State>

  package init(capacity: Int = 1024) {
    state = .allocate(capacity: 1)
    state.initialize(to: State(bytes: .allocate(capacity: capacity), count: 0))
    state.pointee.bytes[0] = 0
  }

  deinit {
    state.pointee.bytes.deallocate()
    state.deallocate()
  }

  /// The path, valid until the buffer changes.
  package var pointer: UnsafePointer<CChar> { UnsafePointer(state.pointee.bytes.baseAddress!) }

  /// Makes the path `prefix` + `name` + `suffix`.
  package func set(_ prefix: StaticString, _ name: String, _ suffix: StaticString = "") {
    state.pointee.count = 0
    append(prefix)
    append(name)
    append(suffix)
  }

  package func set(_ path: StaticString) {
    state.pointee.count = 0
    append(path)
  }

  package func append(_ text: StaticString) {
    append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  package func append(_ text: String) {
    var text = text
    text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
  }

  package func append(_ text: UnsafeRawBufferPointer) {
    let count = state.pointee.count
    var bytes = state.pointee.bytes
    if count + text.count + 1 > bytes.count {
      let larger = UnsafeMutableBufferPointer<CChar>.allocate(capacity: (count + text.count + 1) * 2)
      _ = larger.update(fromContentsOf: bytes[..<count])
      bytes.deallocate()
      bytes = larger
      state.pointee.bytes = larger
    }
    if let start = text.baseAddress { memcpy(bytes.baseAddress! + count, start, text.count) }
    bytes[count + text.count] = 0
    state.pointee.count = count + text.count
  }
}

extension PathBuffer {
  package func append(_ text: [UInt8]) {
    text.withUnsafeBytes { append($0) }
  }
}
