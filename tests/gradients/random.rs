//! Programs that nobody wrote: composed at compile time by a shift register that the macros below step.
//!
//! A program has four mutable scalars and an array; it grows by a statement, or by the begin or end of a block. Four bits
//! of the register (`x¹⁵ + x¹⁴ + 1`, four steps a statement) choose which, so a seed is the same program for ever.

use crate::check::check;
use differentiable::differentiable;

/// `name [seed];`, the seed being fifteen bits that are not all zero.
macro_rules! programs {
    ($($name:ident $seed:tt;)*) => {
        $(grow! { [a b c d m n] $seed $name [. . . . . . . . . . . . . . . . . . . . . .] [] [] })*

        #[test]
        fn derivatives_agree() {
            $(
                check!($name(0.3, -0.7, 1.1, 0.4));
                check!($name(-0.9, 0.55, 0.2, 0.8));
            )*
        }
    };
}

/// The state: variables, register, name, fuel, statements of the open block, stack of the blocks around it, each as
/// `[statements before it] [head] [first statements] [what follows its body]`. All variables come from one place: a
/// name that is written in two expansions of a macro is two names.
macro_rules! grow {
    ($vars:tt $bits:tt $name:ident [. $($fuel:tt)*] $now:tt $stack:tt) => {
        step! { [- - - -] $bits $vars $name [$($fuel)*] $now $stack }
    };
    // Out of fuel: what is open is closed, then the function is ready.
    ($vars:tt $bits:tt $name:ident [] $now:tt [$block:tt $($stack:tt)*]) => {
        close! { $vars $bits $name [] $now [$block $($stack)*] }
    };
    ([$p:ident $q:ident $r:ident $s:ident $m:ident $n:ident] $bits:tt $name:ident [] [$($now:tt)*] []) => {
        #[differentiable]
        #[allow(unused_mut, unused_assignments, unused_variables)]
        fn $name(mut $p: f64, mut $q: f64, mut $r: f64, mut $s: f64) -> f64 {
            let mut $m = [$p, $q, $r * $s];
            $($now)*
            $p + $q * $r - $s + $m[0] - $m[1] * $m[2]
        }
    };
}

/// Steps the register once for each `-`: the sum of its last two bits comes in at the front.
macro_rules! step {
    ([] $bits:tt $vars:tt $($state:tt)*) => {
        choose! { $bits $vars $bits $($state)* }
    };
    ([- $($more:tt)*]
        [$a:tt $b:tt $c:tt $d:tt $e:tt $f:tt $g:tt $h:tt $i:tt $j:tt $k:tt $l:tt $m:tt 0 0] $($state:tt)*) => {
        step! { [$($more)*] [0 $a $b $c $d $e $f $g $h $i $j $k $l $m 0] $($state)* }
    };
    ([- $($more:tt)*]
        [$a:tt $b:tt $c:tt $d:tt $e:tt $f:tt $g:tt $h:tt $i:tt $j:tt $k:tt $l:tt $m:tt 1 1] $($state:tt)*) => {
        step! { [$($more)*] [0 $a $b $c $d $e $f $g $h $i $j $k $l $m 1] $($state)* }
    };
    ([- $($more:tt)*]
        [$a:tt $b:tt $c:tt $d:tt $e:tt $f:tt $g:tt $h:tt $i:tt $j:tt $k:tt $l:tt $m:tt $n:tt $o:tt] $($state:tt)*) => {
        step! { [$($more)*] [1 $a $b $c $d $e $f $g $h $i $j $k $l $m $n] $($state)* }
    };
}

/// What the first four bits say. All values stay small: whatever feeds back is a sine, a tanh or a quotient.
macro_rules! choose {
    ([0 0 0 0 $($_b:tt)*] [$p:ident $q:ident $r:ident $s:ident $m:ident $n:ident] $($state:tt)*) => {
        add! { [$p = ($p * $q).sin() + 0.5 * $r.cos();] [$q $r $s $p $m $n] $($state)* }
    };
    ([0 0 0 1 $($_b:tt)*] [$p:ident $q:ident $r:ident $s:ident $m:ident $n:ident] $($state:tt)*) => {
        add! { [$p += 0.3 * $q.tanh() * ($r - $s).sin();] [$q $r $s $p $m $n] $($state)* }
    };
    ([0 0 1 0 $($_b:tt)*] [$p:ident $q:ident $r:ident $s:ident $m:ident $n:ident] $($state:tt)*) => {
        add! { [$p /= 1.0 + $q * $q;] [$q $r $s $p $m $n] $($state)* }
    };
    ([0 0 1 1 $($_b:tt)*] [$p:ident $q:ident $r:ident $s:ident $m:ident $n:ident] $($state:tt)*) => {
        add! { [($p, $q) = ($q, 0.5 * ($p + $r));] [$q $r $s $p $m $n] $($state)* }
    };
    // Shadows the variable until the end of the block.
    ([0 1 0 0 $($_b:tt)*] [$p:ident $q:ident $r:ident $s:ident $m:ident $n:ident] $($state:tt)*) => {
        add! { [let mut $p = ($q * $q + $p * $p + 0.1).sqrt() - $r;] [$q $r $s $p $m $n] $($state)* }
    };
    ([0 1 0 1 $($_b:tt)*] [$p:ident $q:ident $r:ident $s:ident $m:ident $n:ident] $($state:tt)*) => {
        add! { [$m.swap(0, 2); $m[1] = ($m[1] + $p * $m[2]).atan(); $q = $m[0].cos();] [$q $r $s $p $m $n] $($state)* }
    };
    ([0 1 1 0 $($_b:tt)*] [$p:ident $q:ident $r:ident $s:ident $m:ident $n:ident] $($state:tt)*) => {
        add! { [if $p + $q > 2.5 { return $r * $p; }] [$q $r $s $p $m $n] $($state)* }
    };
    ([0 1 1 1 $($_b:tt)*] [$p:ident $q:ident $r:ident $s:ident $m:ident $n:ident] $($state:tt)*) => {
        add! {
            [
                $p = match $m[2] {
                    $n if $n < -0.5 => $n.exp(),
                    $n if $n < 0.6 => $n * $q,
                    _ => $r,
                };
            ]
            [$q $r $s $p $m $n] $($state)*
        }
    };
    ([1 0 0 0 $($_b:tt)*] [$p:ident $q:ident $r:ident $s:ident $m:ident $n:ident] $($state:tt)*) => {
        open! { [if $p > $q] [] [] [$q $r $s $p $m $n] $($state)* }
    };
    ([1 0 0 1 $($_b:tt)*] [$p:ident $q:ident $r:ident $s:ident $m:ident $n:ident] $($state:tt)*) => {
        open! { [if $p < 0.4 { $q *= 0.5; } else] [] [] [$q $r $s $p $m $n] $($state)* }
    };
    ([1 0 1 0 $($_b:tt)*] [$p:ident $q:ident $r:ident $s:ident $m:ident $n:ident] $($state:tt)*) => {
        open! { [for $n in 0..3] [$m[$n] = ($m[$n] * $p).sin() + 0.2;] [] [$q $r $s $p $m $n] $($state)* }
    };
    ([1 0 1 1 $($_b:tt)*] [$p:ident $q:ident $r:ident $s:ident $m:ident $n:ident] $($state:tt)*) => {
        open! {
            [let mut $n = 0; while $n < 4 && $p.abs() < 1.5] [$n += 1; $p += 0.2 * $q; if $r > 1.2 { continue; }] []
            [$q $r $s $p $m $n] $($state)*
        }
    };
    ([1 1 0 0 $($_b:tt)*] [$p:ident $q:ident $r:ident $s:ident $m:ident $n:ident] $($state:tt)*) => {
        open! {
            [let mut $n = 0; $s = loop] [$n += 1; if $n == 3 || $p * $q < -0.8 { break $p.sin(); }] [;]
            [$q $r $s $p $m $n] $($state)*
        }
    };
    ([1 1 $($_b:tt)*] $($state:tt)*) => {
        close! { $($state)* }
    };
}

macro_rules! add {
    ([$($new:tt)*] $vars:tt $bits:tt $name:ident $fuel:tt [$($now:tt)*] $stack:tt) => {
        grow! { $vars $bits $name $fuel [$($now)* $($new)*] $stack }
    };
}

macro_rules! open {
    ($head:tt $first:tt $after:tt $vars:tt $bits:tt $name:ident $fuel:tt $now:tt [$($stack:tt)*]) => {
        grow! { $vars $bits $name $fuel [] [[$now $head $first $after] $($stack)*] }
    };
}

/// Ends the open block. Where there is none, an array takes a value instead.
macro_rules! close {
    ([$p:ident $q:ident $r:ident $s:ident $m:ident $n:ident] $bits:tt $name:ident $fuel:tt [$($now:tt)*] []) => {
        grow! { [$q $p $s $r $m $n] $bits $name $fuel [$($now)* $m[1] = $p.cos() * $m[2] + $q;] [] }
    };
    ($vars:tt $bits:tt $name:ident $fuel:tt [$($now:tt)*]
        [[[$($before:tt)*] [$($head:tt)*] [$($first:tt)*] [$($after:tt)*]] $($stack:tt)*]) => {
        grow! {
            $vars $bits $name $fuel [$($before)* $($head)* { $($first)* $($now)* } $($after)*] [$($stack)*]
        }
    };
}

programs! {
    program_1229 [0 0 0 0 1 0 0 1 1 0 0 1 1 0 1];
    program_1527 [0 0 0 0 1 0 1 1 1 1 1 0 1 1 1];
    program_1583 [0 0 0 0 1 1 0 0 0 1 0 1 1 1 1];
    program_1625 [0 0 0 0 1 1 0 0 1 0 1 1 0 0 1];
    program_1901 [0 0 0 0 1 1 1 0 1 1 0 1 1 0 1];
    program_1937 [0 0 0 0 1 1 1 1 0 0 1 0 0 0 1];
    program_2028 [0 0 0 0 1 1 1 1 1 1 0 1 1 0 0];
    program_2290 [0 0 0 1 0 0 0 1 1 1 1 0 0 1 0];
    program_2374 [0 0 0 1 0 0 1 0 1 0 0 0 1 1 0];
    program_2817 [0 0 0 1 0 1 1 0 0 0 0 0 0 0 1];
    program_2973 [0 0 0 1 0 1 1 1 0 0 1 1 1 0 1];
    program_3085 [0 0 0 1 1 0 0 0 0 0 0 1 1 0 1];
    program_4057 [0 0 0 1 1 1 1 1 1 0 1 1 0 0 1];
    program_4364 [0 0 1 0 0 0 1 0 0 0 0 1 1 0 0];
    program_4727 [0 0 1 0 0 1 0 0 1 1 1 0 1 1 1];
    program_4944 [0 0 1 0 0 1 1 0 1 0 1 0 0 0 0];
    program_7036 [0 0 1 1 0 1 1 0 1 1 1 1 1 0 0];
    program_7316 [0 0 1 1 1 0 0 1 0 0 1 0 1 0 0];
    program_7887 [0 0 1 1 1 1 0 1 1 0 0 1 1 1 1];
    program_10612 [0 1 0 1 0 0 1 0 1 1 1 0 1 0 0];
    program_11983 [0 1 0 1 1 1 0 1 1 0 0 1 1 1 1];
    program_12938 [0 1 1 0 0 1 0 1 0 0 0 1 0 1 0];
    program_12999 [0 1 1 0 0 1 0 1 1 0 0 0 1 1 1];
    program_13703 [0 1 1 0 1 0 1 1 0 0 0 0 1 1 1];
    program_13735 [0 1 1 0 1 0 1 1 0 1 0 0 1 1 1];
    program_13911 [0 1 1 0 1 1 0 0 1 0 1 0 1 1 1];
    program_14210 [0 1 1 0 1 1 1 1 0 0 0 0 0 1 0];
    program_16628 [1 0 0 0 0 0 0 1 1 1 1 0 1 0 0];
    program_17560 [1 0 0 0 1 0 0 1 0 0 1 1 0 0 0];
    program_18057 [1 0 0 0 1 1 0 1 0 0 0 1 0 0 1];
    program_18241 [1 0 0 0 1 1 1 0 1 0 0 0 0 0 1];
    program_18529 [1 0 0 1 0 0 0 0 1 1 0 0 0 0 1];
    program_18708 [1 0 0 1 0 0 1 0 0 0 1 0 1 0 0];
    program_18911 [1 0 0 1 0 0 1 1 1 0 1 1 1 1 1];
    program_19097 [1 0 0 1 0 1 0 1 0 0 1 1 0 0 1];
    program_19104 [1 0 0 1 0 1 0 1 0 1 0 0 0 0 0];
    program_19188 [1 0 0 1 0 1 0 1 1 1 1 0 1 0 0];
    program_20560 [1 0 1 0 0 0 0 0 1 0 1 0 0 0 0];
    program_20665 [1 0 1 0 0 0 0 1 0 1 1 1 0 0 1];
    program_21330 [1 0 1 0 0 1 1 0 1 0 1 0 0 1 0];
    program_26912 [1 1 0 1 0 0 1 0 0 1 0 0 0 0 0];
    program_27095 [1 1 0 1 0 0 1 1 1 0 1 0 1 1 1];
    program_28131 [1 1 0 1 1 0 1 1 1 1 0 0 0 1 1];
    program_29810 [1 1 1 0 1 0 0 0 1 1 1 0 0 1 0];
    program_31047 [1 1 1 1 0 0 1 0 1 0 0 0 1 1 1];
    program_31055 [1 1 1 1 0 0 1 0 1 0 0 1 1 1 1];
    program_31060 [1 1 1 1 0 0 1 0 1 0 1 0 1 0 0];
    program_31990 [1 1 1 1 1 0 0 1 1 1 1 0 1 1 0];
}
