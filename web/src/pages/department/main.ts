import '../../ui/theme.css';
import { mount } from 'svelte';
import DepartmentPage from './DepartmentPage.svelte';

const target = document.getElementById('page');
if (target) mount(DepartmentPage, { target });
