package web

import (
	"errors"
	"fmt"
	"html/template"
	"strconv"
	"text/template/parse"
)

// checkKeys reports every literal key given to a page's T method that some language lacks.
func checkKeys(set *template.Template) error {
	texts, err := locales()
	if err != nil {
		return err
	}
	var problems []error
	for _, t := range set.Templates() {
		if t.Tree == nil {
			continue
		}
		walk(t.Tree.Root, func(key string) {
			for _, lang := range Languages {
				if _, ok := texts[lang][key]; !ok {
					problems = append(problems, fmt.Errorf("template %s: no text %q in %s", t.Name(), key, lang))
				}
			}
		})
	}
	return errors.Join(problems...)
}

// walk calls found with the literal key of every T call below node.
func walk(node parse.Node, found func(key string)) {
	switch n := node.(type) {
	case *parse.ListNode:
		if n == nil {
			return
		}
		for _, child := range n.Nodes {
			walk(child, found)
		}
	case *parse.ActionNode:
		walk(n.Pipe, found)
	case *parse.TemplateNode:
		walk(n.Pipe, found)
	case *parse.IfNode:
		walkBranch(&n.BranchNode, found)
	case *parse.RangeNode:
		walkBranch(&n.BranchNode, found)
	case *parse.WithNode:
		walkBranch(&n.BranchNode, found)
	case *parse.PipeNode:
		if n == nil {
			return
		}
		for _, command := range n.Cmds {
			walkCommand(command, found)
		}
	}
}

func walkBranch(n *parse.BranchNode, found func(key string)) {
	walk(n.Pipe, found)
	walk(n.List, found)
	walk(n.ElseList, found)
}

func walkCommand(n *parse.CommandNode, found func(key string)) {
	if len(n.Args) > 1 && isT(n.Args[0]) {
		if literal, ok := n.Args[1].(*parse.StringNode); ok {
			if key, err := strconv.Unquote(literal.Quoted); err == nil {
				found(key)
			}
		}
	}
	for _, arg := range n.Args {
		walk(arg, found)
	}
}

func isT(node parse.Node) bool {
	var idents []string
	switch n := node.(type) {
	case *parse.FieldNode:
		idents = n.Ident
	case *parse.VariableNode:
		idents = n.Ident
	case *parse.ChainNode:
		idents = n.Field
	}
	return len(idents) > 0 && idents[len(idents)-1] == "T"
}
