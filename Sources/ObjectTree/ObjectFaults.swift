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
  /// What trouble with one object means: where it is a refusal of this object, that concerns nothing else. Anything else
  /// says nothing of the object, and ends the work.
  init(_ error: ObjectError) {
    if error.code == .denied {
      self.init(.other, "the store refuses it to these credentials")
    } else {
      self.init(.unavailable, error.message)
    }
  }
}
