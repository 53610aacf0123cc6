//! Walks over the parts of an instruction, so that no pass has to match on all of them.
