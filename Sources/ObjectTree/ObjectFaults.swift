package import ObjectStorage
package import StoredTree

extension StoreError {
  /// What trouble with the bucket means for the whole tree.
  package init(_ error: ObjectError) {
    let code: Code =
      switch error.code {
      case .denied, .unknownCaller, .noCredentials: .denied
      case .noSuchBucket: .noSuchRoot
      case .misconfigured: .noSuchRoot
      case .unavailable, .untrusted, .malformed, .changed, .unsupported, .interrupted: .inputOutput
      }
    self.init(code, error.message)
  }
}

extension TreeFault {
  /// What trouble with one object means: where it is a refusal of this object, that concerns nothing else. Anything
  /// else says nothing of the object, and ends the work.
  init(_ error: ObjectError) {
    switch error.code {
    case .denied: self.init(.other, "the store refuses it to these credentials")
    case .unknownCaller, .noCredentials: self.init(.refusal, error.message)
    case .noSuchBucket, .misconfigured: self.init(.noRoot, error.message)
    case .unavailable, .untrusted, .malformed, .changed, .unsupported, .interrupted:
      self.init(.unavailable, error.message)
    }
  }
}

extension TreeFault {
  /// Runs `body` and says of its error what it means to one who writes.
  static func writing<R>(_ body: () throws(ObjectError) -> R) throws(TreeFault) -> R {
    do throws(ObjectError) { return try body() } catch {
      let kind: Kind =
        switch error.code {
        case .denied, .unknownCaller, .noCredentials, .unsupported: .refusal
        case .noSuchBucket, .misconfigured: .noRoot
        case .unavailable, .untrusted, .malformed, .changed, .interrupted: .unavailable
        }
      throw TreeFault(kind, error.message)
    }
  }
}
