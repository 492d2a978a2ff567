internal import Glibc

/// Names that no other process makes.
enum UniqueName {
  static func make() -> String {
    var generator = SystemRandomNumberGenerator()
    return "\(getpid())-\(String(generator.next(), radix: 36))"
  }
}
