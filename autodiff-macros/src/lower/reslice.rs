//! Variables that refer to one part of a list after another: `row = &row[1..]`.

use super::Lowerer;
use super::operand::{By, Operand};
use crate::ir::{BinaryOp, HostArg, Instr, PlaceRef, Proj, Type, ValueId};
use quote::quote;

impl Lowerer<'_> {
    /// A reference to a slice for a variable that may come to refer to another part: the part is written out as one
    /// pair of bounds, so that branches and loops can hand those on.
    pub(super) fn resliced(&mut self, operand: Operand) -> Operand {
        match operand {
            Operand::Place {
                at,
                by: by @ (By::Ref | By::RefMut),
            } if matches!(self.type_at(&at), Type::Slice(_)) => Operand::Place {
                at: self.one_range(at),
                by,
            },
            other => other,
        }
    }

    fn one_range(&mut self, at: PlaceRef) -> PlaceRef {
        let ranges = at
            .path
            .iter()
            .rev()
            .take_while(|proj| matches!(proj, Proj::Range(..)))
            .count();
        let (list, parts) = at.path.split_at(at.path.len() - ranges);
        let list = PlaceRef {
            root: at.root,
            path: list.to_vec(),
        };
        let mut bounds: Option<(ValueId, ValueId)> = None;
        for part in parts {
            let Proj::Range(from, to) = part else { continue };
            bounds = Some(match bounds {
                None => {
                    let start = from.unwrap_or_else(|| self.usize(0));
                    let end = to.unwrap_or_else(|| self.length(&list));
                    (start, end)
                }
                Some((start, end)) => {
                    let inner_end = match to {
                        None => end,
                        Some(to) => {
                            let inner_end = self.binary(BinaryOp::Add, start, *to);
                            self.within(inner_end, end);
                            inner_end
                        }
                    };
                    let start = match from {
                        None => start,
                        Some(from) => self.binary(BinaryOp::Add, start, *from),
                    };
                    (start, inner_end)
                }
            });
        }
        let (start, end) = match bounds {
            Some(bounds) => bounds,
            None => {
                let start = self.usize(0);
                (start, self.length(&list))
            }
        };
        self.part(&list, Some(start), Some(end))
    }

    /// Panics where the user's slice of a slice would have.
    fn within(&mut self, end: ValueId, len: ValueId) {
        self.effect(Instr::Host {
            template: quote!(::core::assert!(
                __h0 <= __h1,
                "range end index out of range for slice"
            )),
            args: vec![HostArg::Value(end), HostArg::Value(len)],
            pure: false,
        });
    }
}
