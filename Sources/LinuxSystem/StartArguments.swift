internal import CLinux
internal import Glibc

/// The words that this process was started with.
///
/// Swift's `CommandLine` finds them by a look at `/proc`, and by walking back from `environ`. It finds none, or others,
/// where a library changed the environment before the program began, and none where there is no `/proc`.
package enum StartArguments {
  /// All of them byte for byte, the name of the program first; `nil` if they cannot be found.
  package static let all: [[UInt8]]? = {
    var count = 0
    if let words = catalog_start_arguments(&count) { return bytes(count, words) }
    return bytes(Int(CommandLine.argc), CommandLine.unsafeArgv)
  }()

  private static func bytes(
    _ count: Int, _ words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  ) -> [[UInt8]]? {
    guard count > 0 else { return nil }
    return (0..<count).compactMap { index in
      words[index].map { Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) }
    }
  }
}
