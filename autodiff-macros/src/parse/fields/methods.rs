//! What method calls say of their receivers and arguments.

use super::terms::{Kind, Term};
use super::{Arithmetic, Walk};
use crate::rules;

impl Walk {
    pub(super) fn method(&mut self, it: &syn::ExprMethodCall) -> Term {
        let receiver = self.expr(&it.receiver);
        let name = it.method.to_string();
        match name.as_str() {
            "unwrap" | "expect" | "ok" | "ok_or" | "ok_or_else" | "clone" | "to_owned" | "to_vec"
            | "as_slice" | "as_mut_slice" | "as_ref" | "as_mut" | "by_ref" | "borrow" => {
                return receiver;
            }
            "map" | "filter" | "for_each" | "fold" | "zip" | "enumerate" | "any" | "all" | "filter_map"
            | "flat_map" | "chain" | "take_while" | "skip_while" | "position" | "map_while" => {
                return self.walked(it, &name, receiver);
            }
            "unwrap_or" | "unwrap_or_else" => {
                for arg in &it.args {
                    let arg = self.expr(arg);
                    if name == "unwrap_or" {
                        self.terms.unite(receiver, arg);
                    }
                }
                return receiver;
            }
            _ => (),
        }
        let args: Vec<_> = it.args.iter().map(|arg| self.expr(arg)).collect();
        if let Some(result) = self.of_matrix(&name, receiver, &args) {
            return result;
        }
        if let Some(result) = self.of_list(&name, receiver, &args) {
            return result;
        }
        self.of_number(&name, receiver, &args)
    }

    /// Methods that matrices have; of what is not known to be one, a hint.
    fn of_matrix(&mut self, name: &str, receiver: Term, args: &[Term]) -> Option<Term> {
        let known = matches!(self.terms.kind(receiver), Kind::Matrix);
        let result = match name {
            "norm" | "norm_squared" | "dot" | "trace" | "determinant" => Kind::Float,
            "transpose" | "tr_mul" | "component_mul" | "component_div" | "cross" | "normalize" => {
                Kind::Matrix
            }
            "sum" | "mean" if known => Kind::Float,
            "lu" | "cholesky" | "try_inverse" | "column" | "row" | "exp" | "diagonal" | "l" | "solve"
            | "inverse"
                if known =>
            {
                Kind::Matrix
            }
            "nrows" | "ncols" | "len" if known => Kind::Int,
            _ => return None,
        };
        if !known {
            let alike = matches!(
                name,
                "dot" | "tr_mul" | "component_mul" | "component_div" | "cross"
            );
            let args = if alike { args.to_vec() } else { Vec::new() };
            self.like_matrices.push((receiver, args));
            return None;
        }
        if let "dot" | "tr_mul" | "component_mul" | "component_div" | "cross" | "solve" = name {
            args.iter().for_each(|arg| self.terms.tell(*arg, Kind::Matrix));
        }
        Some(self.terms.add(result))
    }

    /// Methods of lists and iterators without closures; `None` of all others.
    fn of_list(&mut self, name: &str, receiver: Term, args: &[Term]) -> Option<Term> {
        Some(match name {
            "len" | "count" | "capacity" => {
                self.terms.element(receiver);
                self.terms.add(Kind::Int)
            }
            "is_empty" => {
                self.terms.element(receiver);
                self.terms.add(Kind::Bool)
            }
            "iter" | "iter_mut" | "into_iter" | "rev" | "skip" | "take" | "step_by" | "copied" | "cloned"
            | "collect" => {
                let element = self.terms.element(receiver);
                if matches!(name, "skip" | "take" | "step_by") {
                    args.iter().for_each(|arg| self.terms.tell(*arg, Kind::Int));
                }
                self.terms.list(element)
            }
            "windows" | "chunks" | "chunks_exact" => {
                let element = self.terms.element(receiver);
                args.iter().for_each(|arg| self.terms.tell(*arg, Kind::Int));
                let part = self.terms.list(element);
                self.terms.list(part)
            }
            "sum" | "product" => self.terms.element(receiver),
            "push" | "pop" | "resize" | "truncate" | "clear" | "insert" | "remove" | "extend" => {
                let element = self.terms.element(receiver);
                self.terms.tell(receiver, Kind::List { element, grows: true });
                match (name, args) {
                    ("push", [value]) | ("resize", [_, value]) => self.terms.unite(element, *value),
                    ("extend", [list]) => {
                        let other = self.terms.element(*list);
                        self.terms.unite(element, other);
                    }
                    _ => (),
                }
                self.terms.open()
            }
            "extend_from_slice" | "copy_from_slice" | "clone_from_slice" => {
                let element = self.terms.element(receiver);
                for arg in args {
                    let other = self.terms.element(*arg);
                    self.terms.unite(element, other);
                }
                self.terms.open()
            }
            "fill" => {
                let element = self.terms.element(receiver);
                args.iter().for_each(|value| self.terms.unite(element, *value));
                self.terms.open()
            }
            "swap" | "reverse" | "sort_by" | "rotate_left" | "rotate_right" => {
                self.terms.element(receiver);
                self.terms.open()
            }
            _ => return None,
        })
    }

    /// Methods of floats, some of which integers have, too.
    fn of_number(&mut self, name: &str, receiver: Term, args: &[Term]) -> Term {
        let known = rules::find(name, args.len() + 1).is_some();
        match name {
            "max" | "min" | "clamp" | "abs" | "signum" | "rem_euclid" => {
                args.iter().for_each(|arg| self.terms.unite(receiver, *arg));
                self.later.push(Arithmetic {
                    sides: [receiver, receiver],
                    result: None,
                    sum: true,
                });
                receiver
            }
            "powi" => {
                self.terms.tell(receiver, Kind::Float);
                args.iter().for_each(|arg| self.terms.tell(*arg, Kind::Int));
                receiver
            }
            "sin_cos" => {
                self.terms.tell(receiver, Kind::Float);
                self.terms.add(Kind::Tuple(vec![receiver, receiver]))
            }
            "is_nan" | "is_finite" | "is_infinite" | "is_sign_negative" | "is_sign_positive" => {
                self.terms.tell(receiver, Kind::Float);
                self.terms.add(Kind::Bool)
            }
            _ if known => {
                self.terms.tell(receiver, Kind::Float);
                args.iter().for_each(|arg| self.terms.tell(*arg, Kind::Float));
                receiver
            }
            _ => self.terms.open(),
        }
    }

    /// Adapters, most of which take a closure of one element.
    fn walked(&mut self, it: &syn::ExprMethodCall, name: &str, receiver: Term) -> Term {
        let element = self.terms.element(receiver);
        let args: Vec<_> = it.args.iter().map(|arg| self.expr(arg)).collect();
        let closure = args.last().and_then(|arg| match self.terms.kind(*arg) {
            Kind::Closure { params, result } => Some((params.clone(), *result)),
            _ => None,
        });
        match (name, closure, args.as_slice()) {
            ("enumerate", _, _) => {
                let index = self.terms.add(Kind::Int);
                let pair = self.terms.add(Kind::Tuple(vec![index, element]));
                self.terms.list(pair)
            }
            ("zip", _, [other]) => {
                let other = self.terms.element(*other);
                let pair = self.terms.add(Kind::Tuple(vec![element, other]));
                self.terms.list(pair)
            }
            ("chain", _, [other]) => {
                let other = self.terms.element(*other);
                self.terms.unite(element, other);
                self.terms.list(element)
            }
            ("fold", Some((params, result)), [init, _]) => {
                if let [acc, item] = params.as_slice() {
                    self.terms.unite(*acc, *init);
                    self.terms.unite(*item, element);
                }
                self.terms.unite(result, *init);
                result
            }
            (_, Some((params, result)), _) => {
                params
                    .first()
                    .into_iter()
                    .for_each(|param| self.terms.unite(*param, element));
                match name {
                    "map" => self.terms.list(result),
                    "filter" | "take_while" | "skip_while" => self.terms.list(element),
                    _ => self.terms.open(),
                }
            }
            _ => self.terms.open(),
        }
    }
}
